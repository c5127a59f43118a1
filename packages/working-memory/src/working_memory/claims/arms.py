"""The arms of the claims, and predictions that are made of both families of attention."""

from typing import Any

from analysis import Differs, Quantity, Under

BASELINE, SPATIAL, GATED = "mtmf", "attention_mtmf", "gated_mtmf"
FAMILIES = {SPATIAL: "spatial attention", GATED: "channel gates"}
"""The arms that attend, in words."""


def both(sentence: str, quantity: Quantity, **parts: Any) -> tuple[Differs, ...]:
    """The same prediction of both families against the baseline."""
    return tuple(
        Differs(sentence=f"{words}: {sentence}", arms=(arm, BASELINE), quantity=quantity, **parts)
        for arm, words in FAMILIES.items()
    )


def by_uniform(quantity: Quantity) -> Quantity:
    """What a network loses of a quantity with uniform attention, or even gates: each at the mean of all."""
    return quantity - Under("uniform", quantity)
