"""How fast cells grow on three sources."""

from analysis import Exceeds, Hypothesis, Measured, Quantity
from graph_attention.claims.arms import ATTENTION

CLAIMED = {"glucose": 0.85, "acetate": 0.42, "lactose": 0.35}
"""Growth as it was claimed, 1/h."""
TOLERANCE = 0.1
"""Growth is as claimed within a tenth."""
UPTAKES = {
    "claimed": "at the uptakes that came with the claim (acetate 3.6, lactose 0.7; glucose 10 mmol/gDW/h)",
    "per mole": "at 10 mmol/gDW/h of each",
    "per carbon": "at 60 mmol/gDW/h of carbon of each",
}
FIXED = "growth is solved for by flux balance; no part of a network takes part in it"


def growth(condition: str, uptake: str) -> Measured:
    """FBA growth, the same for every network on these data."""
    return Measured("named_growth", "fba_growth", {"condition": condition, "uptake": uptake})


def exceeds(sentence: str, quantity: Quantity, **parts) -> Exceeds:
    """A prediction on flux balance alone."""
    return Exceeds(sentence=sentence, arms=(ATTENTION,), quantity=quantity, no_intervention=FIXED, **parts)


LEVELS = tuple(
    exceeds(
        f"{condition}: growth is {rate:g}/h within a tenth, {words}",
        growth(condition, uptake),
        expects=(rate * (1 - TOLERANCE), rate * (1 + TOLERANCE)),
        level=rate,
        meaning="as claimed",
    )
    for uptake, words in UPTAKES.items()
    for condition, rate in CLAIMED.items()
)
ORDERS = tuple(
    exceeds(
        f"growth on {one} is above that on {other}, {words}",
        growth(one, uptake) - growth(other, uptake),
        meaning="equal growth",
    )
    for uptake, words in UPTAKES.items()
    for one, other in (("glucose", "acetate"), ("acetate", "lactose"))
)

GROWTH = Hypothesis(
    9,
    "Growth is 0.85 / 0.42 / 0.35 per hour on glucose / acetate / lactose, in that order.",
    "Flux balance analysis on the network, with oxygen, at three kinds of uptake; the claim named none for glucose. It "
    "is the same for every network that was trained on these data, so that intervals have no width.",
    LEVELS + ORDERS,
)
