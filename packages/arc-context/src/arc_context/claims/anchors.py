"""Whether anchors that are found before the support is known are better ones."""

from analysis import Differs, Exceeds, Hypothesis, Measured, Quantity
from arc_context.claims.arms import COUPLED, DECOUPLED, SEEN, TRAINED_OTHERWISE, WITHOUT, exact

ON_MARKER = Measured("anchors", "on_marker", {"split": SEEN})
BEYOND_CHANCE = Measured("anchors", "on_marker_excess", {"split": SEEN})
OFTEN = 0.8
"""How often an anchor should be on the marker."""


def better(sentence: str, arms: tuple[str, str], quantity: Quantity) -> Differs:
    """More than the baseline has."""
    return Differs(sentence=sentence, arms=arms, quantity=quantity, no_intervention=TRAINED_OTHERWISE)


def on_marker(sentence: str, quantity: Quantity, level: float, meaning: str) -> Exceeds:
    """A figure of decoupled anchors above a level."""
    return Exceeds(
        sentence=sentence,
        arms=(DECOUPLED,),
        quantity=quantity,
        level=level,
        meaning=meaning,
        no_intervention="where an anchor is, is itself what is claimed",
    )


DECOUPLING = Hypothesis(
    5,
    "Anchors found before context are better anchors.",
    "Families whose answer hangs on a marker: anchors chosen on features from before the support is known (decoupled) "
    "against those from after it (coupled) and against none, in pairs of one seed: how often an anchor is on the "
    "marker, and how many answers are right.",
    (
        better(
            "decoupled anchors are on the marker more often than coupled ones",
            (DECOUPLED, COUPLED),
            ON_MARKER,
        ),
        better(
            "more answers are right with decoupled anchors than with coupled ones",
            (DECOUPLED, COUPLED),
            exact(),
        ),
        better("more answers are right with decoupled anchors than with none", (DECOUPLED, WITHOUT), exact()),
        better("more answers are right with coupled anchors than with none", (COUPLED, WITHOUT), exact()),
        on_marker(
            "decoupled anchors are on the marker more often than random cells",
            BEYOND_CHANCE,
            0.0,
            "as many random cells",
        ),
        on_marker(
            f"a decoupled anchor is on the marker in more than {OFTEN:.0%} of the tasks",
            ON_MARKER,
            OFTEN,
            "the share that was named beforehand",
        ),
    ),
)
