"""Whether looking support cells up beats a pooled support set, and where it does not."""

from analysis import Differs, Exceeds, Hypothesis, Quantity, mean_of
from arc_context.claims.arms import (
    CROSS,
    FILM,
    HELD_OUT_SPLITS,
    LOOKUP_CROSS,
    LOOKUP_FILM,
    NONE,
    POSITION_CROSS,
    POSITION_FILM,
    SWAP,
    TRAINED_OTHERWISE,
    collapse,
    deleted,
    deleted_of,
    exact,
    exact_of,
)
from arc_context.claims.predictions import DiffersAtEqualTime
from arc_context.families.registry import TRAINED


def beats(sentence: str, arms: tuple[str, str], quantity: Quantity, deletion: Quantity) -> Differs:
    """More right answers than the baseline, and these rest on the support cells that are attended."""
    return Differs(sentence=sentence, arms=arms, quantity=quantity, intervention=deletion)


def faster(sentence: str, arms: tuple[str, str]) -> DiffersAtEqualTime:
    """More right answers in validation at equal CPU seconds."""
    return DiffersAtEqualTime(
        sentence=sentence, arms=arms, metric="exact_match", no_intervention=TRAINED_OTHERWISE
    )


LOOKUP, POSITION, ALL = (LOOKUP_CROSS, LOOKUP_FILM), (POSITION_CROSS, POSITION_FILM), (CROSS, FILM)

BEATS_FILM = Hypothesis(
    1,
    "Cross-attention to support pixels beats FiLM (exact match, equal compute).",
    "The share of right answers to tasks with parameters that training never showed, cross-attention − FiLM in pairs "
    "of one seed, at as many training tasks: on families that look colours or places up, on families that were held "
    "out, and on each family of training by itself. At equal CPU seconds validation decides, for training stores it "
    "over time. The intervention closes the support cells that each test cell attends most, against as many random "
    "ones of the same grids: more right answers that rest on nothing attended would not be the map's doing.",
    (
        beats("colours are looked up: new parameters", LOOKUP, exact(), deleted()),
        beats("colours are looked up: swap, a held-out family", LOOKUP, exact(SWAP), deleted(SWAP)),
        faster("colours are looked up: validation at equal CPU seconds", LOOKUP),
        beats("places are looked up: new parameters", POSITION, exact(), deleted()),
        beats("all families of training: new parameters", ALL, exact(), deleted()),
        beats(
            "held-out families",
            ALL,
            mean_of(*map(exact, HELD_OUT_SPLITS)),
            mean_of(*map(deleted, HELD_OUT_SPLITS)),
        ),
        faster("all families of training: validation at equal CPU seconds", ALL),
        *(
            beats(f"{family} alone, beside all others in training", ALL, exact_of(family), deleted_of(family))
            for family in TRAINED
        ),
    ),
)


def collapses(sentence: str, arms: tuple[str, str], measure: str) -> Differs:
    """A figure of collapse above that of the baseline."""
    return Differs(
        sentence=sentence, arms=arms, quantity=collapse(measure), no_intervention=TRAINED_OTHERWISE
    )


COLLAPSE = Hypothesis(
    2,
    "Pooled context causes background collapse, spatial context prevents it.",
    "Background is the commonest colour of the test input. Background accuracy less foreground accuracy, answers whose "
    "background is right and whose foreground is not, and foreground accuracy where 95 % of the background is right: "
    "pooled against spatial context, and pooled against none, which pooling would have to fall behind to be the cause. "
    "In pairs of one seed, over all families of training.",
    (
        collapses(
            "FiLM loses more of the foreground than of the background, beyond cross-attention",
            (FILM, CROSS),
            "background_gap",
        ),
        collapses("more answers of FiLM are background and little else", (FILM, CROSS), "collapsed"),
        collapses(
            "where the background is right, cross-attention has more of the foreground",
            (CROSS, FILM),
            "foreground_at_background",
        ),
        collapses("FiLM loses more of the foreground than no context does", (FILM, NONE), "background_gap"),
        collapses(
            "where colours are looked up, FiLM loses more of the foreground",
            (LOOKUP_FILM, LOOKUP_CROSS),
            "background_gap",
        ),
        Exceeds(
            sentence="with cross-attention no more than 5 % of the answers are background and little else",
            arms=(CROSS,),
            quantity=collapse("collapsed"),
            expects=(0.0, 0.05),
            meaning="none",
            no_intervention=TRAINED_OTHERWISE,
        ),
    ),
)
