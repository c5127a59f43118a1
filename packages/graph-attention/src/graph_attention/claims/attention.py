"""What attention follows: differences between conditions, essential nodes, flux."""

from collections.abc import Iterator
from typing import Any

from analysis import Exceeds, Hypothesis, Measured, Prediction
from graph_attention.assays.explained import EXPLAINED_MEDIA
from graph_attention.claims.arms import ATTENTION, NUTRIENT, UNSUPERVISED, WITH_STEPS
from graph_attention.claims.stability import StableOverSeeds

DELETED = Measured("faithfulness", "deletion_effect", {"output": "flux"})
"""Closing the most attended edges must cost more of the fluxes than closing as many random ones."""
SPLIT_DELETED = Measured("faithfulness", "deletion_effect", {"output": "split"})
"""The same of flux splits."""
PAIR = "glucose and acetate"
WORDS = {ATTENTION: "supervised splits", UNSUPERVISED: "unsupervised splits"}
"""The arms without the steps towards fastest growth, which every prediction is asked of."""
ALL_WORDS = {**WORDS, WITH_STEPS: "with the steps"}
AT_MOST = f"on at most {EXPLAINED_MEDIA} media of each test split"


def beyond(arm: str, sentence: str, quantity: Measured, **parts: Any) -> Exceeds:
    """A prediction that degree and pathway alone do not fulfil, of attention that the answer rests on."""
    return Exceeds(
        sentence=f"{ALL_WORDS[arm]}: {sentence}",
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
            yield receiving(arm, truth, what)
        yield learnt(arm)
    for arm in WORDS:
        yield sharing(arm)
    for arm in WORDS:
        yield stable(arm)
    yield from (
        receiving(WITH_STEPS, "flux", truths["flux"]),
        learnt(WITH_STEPS),
        sharing(WITH_STEPS),
        stable(WITH_STEPS),
    )


def agreement(truth: str, score: str) -> Measured:
    """Spearman's ρ of a score with a truth, less its null."""
    return Measured("agreement", "excess_spearman", {"truth": truth, "score": score})


def receiving(arm: str, truth: str, what: str) -> Exceeds:
    """Attention received follows a truth."""
    sentence = f"{what} receive more attention than others of their degree and pathway"
    return beyond(arm, sentence, agreement(truth, "inflow"))


def learnt(arm: str) -> Exceeds:
    """Attention received follows flux more than it does before training, when nodes hear a draft already."""
    return Exceeds(
        sentence=f"{ALL_WORDS[arm]}: attention received follows flux more than before training",
        arms=(arm,),
        quantity=agreement("flux", "inflow") - agreement("flux", "untrained"),
        meaning="the same network before training",
        intervention=DELETED,
    )


def sharing(arm: str) -> Exceeds:
    """Flux splits follow flux."""
    return beyond(
        arm, "reactions of larger flux have larger shares in flux splits", agreement("flux", "split")
    )


def stable(arm: str) -> StableOverSeeds:
    """Networks of other seeds attend alike."""
    return StableOverSeeds(
        sentence=f"{ALL_WORDS[arm]}: networks of other seeds attend the same nodes, beyond degree and pathway",
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
            for arm in ALL_WORDS
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
    "AUROC of PageRank over the attention maps for what costs more than 99 % of growth when it is deleted, "
    f"{AT_MOST}, less its mean when labels move among nodes of equal degree and pathway.",
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
    "Spearman's ρ over nodes of attention received with |flux|, |shadow price| and the growth lost by deletion, "
    f"{AT_MOST}, less its mean when they move among nodes of equal degree and pathway; the same less what it "
    "is before training, for nodes are told a draft of the fluxes; also of flux splits, which all arms but the "
    "unsupervised one are fitted to; and the rank correlation of maps over seeds.",
    tuple(following()),
)
