"""What attention follows: differences between conditions, essential nodes, flux."""

from collections.abc import Iterator
from typing import Any

from analysis import Exceeds, Hypothesis, Measured, Prediction
from graph_attention.claims.arms import ATTENTION, NUTRIENT, UNSUPERVISED
from graph_attention.claims.stability import StableOverSeeds

DELETED = Measured("faithfulness", "deletion_effect", {"output": "flux"})
"""Closing the most attended edges must cost more of the fluxes than closing as many random ones."""
SPLIT_DELETED = Measured("faithfulness", "deletion_effect", {"output": "split"})
"""The same of flux splits."""
PAIR = "glucose and acetate"
WORDS = {ATTENTION: "supervised splits", UNSUPERVISED: "unsupervised splits"}


def beyond(arm: str, sentence: str, quantity: Measured, **parts: Any) -> Exceeds:
    """A prediction that degree and pathway alone do not fulfil, of attention that the answer rests on."""
    return Exceeds(
        sentence=f"{WORDS[arm]}: {sentence}",
        arms=(arm,),
        quantity=quantity,
        meaning="nodes of equal degree and pathway in any order",
        intervention=SPLIT_DELETED if quantity.cell["score"] == "split" else DELETED,
        **parts,
    )


def following() -> Iterator[Prediction]:
    """Each truth, for supervised splits and without; a map of supervised splits is fitted to flux."""
    truths = {
        "flux": "reactions of larger flux",
        "shadow_price": "metabolites of larger shadow price",
        "reaction_deletion": "reactions whose loss costs more growth",
    }
    for arm in WORDS:
        for truth, what in truths.items():
            asked = Measured("agreement", "excess_spearman", {"truth": truth, "score": "inflow"})
            yield beyond(arm, f"{what} receive more attention than others of their degree and pathway", asked)
        asked, before = (
            Measured("agreement", "excess_spearman", {"truth": "flux", "score": score})
            for score in ("inflow", "untrained")
        )
        yield Exceeds(
            sentence=f"{WORDS[arm]}: attention received follows flux more than before training",
            arms=(arm,),
            quantity=asked - before,
            meaning="the same network before training",
            intervention=DELETED,
        )
    fitted = Measured("agreement", "excess_spearman", {"truth": "flux", "score": "split"})
    for arm in WORDS:
        yield beyond(arm, "reactions of larger flux have larger shares in flux splits", fitted)
    for arm, words in WORDS.items():
        yield StableOverSeeds(
            sentence=f"{words}: networks of other seeds attend the same nodes, beyond degree and pathway",
            arms=(arm,),
            no_intervention="how a network was drawn cannot be changed afterwards",
        )


def compared(score: str) -> Measured:
    """AUROC of a score, less its null, for reactions whose flux differs between media with held-out nutrients."""
    return Measured("comparison", "comparison_excess", {"score": score, **NUTRIENT})


def comparing() -> Iterator[Prediction]:
    """Conditions that attend to each other at every node, on the nodes of a network that learns no more."""
    opened = compared("comparator") - compared("comparator_closed")
    for arm in WORDS:
        yield Exceeds(
            sentence=f"{WORDS[arm]}: conditions look at each other more at reactions whose flux differs",
            arms=(arm,),
            quantity=compared("attention"),
            meaning="reactions of equal degree and pathway in any order",
            intervention=opened,
        )
    others = {
        "without_attention": "a comparator whose conditions never look at each other",
        "own_flux": "the differences of the fluxes that the network itself predicts",
    }
    for score, what in others.items():
        yield Exceeds(
            sentence=f"{WORDS[ATTENTION]}: a comparator finds reactions whose flux differs better than {what}",
            arms=(ATTENTION,),
            quantity=compared("comparator") - compared(score),
            meaning=what,
            intervention=opened,
        )


CONTRASTS = Hypothesis(
    5,
    "Cross-attention between conditions finds the reactions whose flux differs.",
    "AUROC of the difference in attention between glucose and acetate (mean over five uptakes of equal carbon) for "
    "reactions whose FBA flux per growth differs, less its mean when labels move among reactions of equal degree and "
    "pathway: of what nodes receive, and of flux splits. These networks see one condition at a time. So a comparator, "
    "whose conditions attend to each other at every node, learns on their nodes from pairs of training media, and is "
    "asked of media with held-out nutrients: the same figure of its attention and of what it tells. The intervention "
    "closes the conditions to each other.",
    (
        *(
            beyond(arm, f"{what} differs where flux does", quantity)
            for arm in WORDS
            for what, quantity in {
                "attention received": Measured(
                    "contrasts", "contrast_excess", {"pair": PAIR, "score": "inflow"}
                ),
                "the share in flux splits": Measured(
                    "contrasts", "contrast_excess", {"pair": PAIR, "score": "split"}
                ),
            }.items()
        ),
        *comparing(),
    ),
)

CENTRALITY = Hypothesis(
    7,
    "Attention centrality finds essential reactions and metabolites.",
    "AUROC of PageRank over the attention maps for what costs more than 99 % of growth when it is deleted, on at most "
    "20 test media, less its mean when labels move among nodes of equal degree and pathway.",
    tuple(
        beyond(
            arm,
            f"essential {kind}s are more central than others of their degree and pathway",
            Measured("essential", "essential_excess", {"kind": kind, "score": "centrality"}),
        )
        for arm in WORDS
        for kind in ("reaction", "metabolite")
    ),
)

FLUX = Hypothesis(
    8,
    "Attention follows flux.",
    "Spearman's ρ over nodes of attention received with |flux|, |shadow price| and the growth lost by deletion, on at "
    "most 20 test media, less its mean when they move among nodes of equal degree and pathway; the same less what it "
    "is before training, for nodes are told a draft of the fluxes; also of flux splits, which one arm is fitted to; "
    "and the rank correlation of maps over seeds.",
    tuple(following()),
)
