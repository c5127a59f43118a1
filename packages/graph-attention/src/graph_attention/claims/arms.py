"""The arms of the claims, by the names of their presets."""

from typing import Any

from analysis import Differs, Measured, Quantity

ATTENTION = "projection"
"""Edge attention that knows all it can, with supervised flux splits, and without an optimiser of growth inside: what
it reaches is due to attention, and what an ablation takes away is missed."""
UNSUPERVISED = "unsupervised_split"
"""The same, and no split is shown to it: what attention does by itself."""
WITH_STEPS = "flux_split"
"""Supervised flux splits behind unrolled steps towards fastest growth: the network that predicts best, whose draft of
the fluxes is nearly the answer before attention sees it."""
NUTRIENT = {"split": "test/nutrient"}
"""The claims are on media with a nutrient that training never showed."""

GROWTH = Measured("performance", "growth_q2", NUTRIENT)
FLUXES = Measured("performance", "flux_r2", NUTRIENT)
SPLITS = Measured("performance", "split_tv_dependent", NUTRIENT)
TRAINED_WITHOUT = (
    "networks that were trained with and without it are compared; a network that learnt with it is damaged where it is "
    "taken away afterwards, which tells nothing of one that never had it"
)


def better(arm: str, than: str, what: str) -> tuple[Differs, ...]:
    """An arm is better than another in growth, in fluxes and in flux splits, in pairs of one seed."""

    def differs(sentence: str, quantity: Quantity, **parts: Any) -> Differs:
        return Differs(
            sentence=sentence, arms=(arm, than), quantity=quantity, no_intervention=TRAINED_WITHOUT, **parts
        )

    return (
        differs(f"{what}: growth on held-out nutrients is predicted better (Q²)", GROWTH),
        differs(f"{what}: fluxes on held-out nutrients are predicted better (r² within a medium)", FLUXES),
        differs(
            f"{what}: condition-dependent splits on held-out nutrients are nearer (total variation)",
            SPLITS,
            expects="less",
        ),
    )
