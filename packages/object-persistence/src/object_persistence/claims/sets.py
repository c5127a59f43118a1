"""Whether sets of any size are answered whole."""

from analysis import Exceeds, Hypothesis, Measured
from object_persistence.claims.arms import TRACKS

SLACK = 1e-4
"""Probabilities closer than this are the same: sums of single precision differ in their last digits."""


def within(sentence: str, measure: str, most: float, meaning: str, **cell: str) -> Exceeds:
    """A figure that must lie at 0, or as near to it as rounding leaves it."""
    return Exceeds(
        sentence=sentence,
        arms=(TRACKS,),
        quantity=Measured("sets", measure, cell),
        expects=(-most, most),
        meaning=meaning,
        no_intervention="padding and order are themselves what is changed",
    )


WHOLE_SETS = Hypothesis(
    5,
    "Sets of varying length are handled without loss (padding changes nothing, nothing is cut).",
    "Trained networks answer clips like those of training, and clips with two to three times as many objects: alone, "
    "padded to the largest, and in another order. The largest change of any probability must stay below 0.0001, no "
    "answer may change sides, and every detection must have one.",
    (
        within("padding changes no probability", "largest_change", SLACK, "no change", by="padding"),
        within(
            "the order of the detections changes no probability",
            "largest_change",
            SLACK,
            "no change",
            by="order",
        ),
        within("padding changes no answer", "answers_changed", 0.0, "no answer", by="padding"),
        within("no detection is left without an answer", "answers_lost", 0.0, "none"),
    ),
)
