"""Steps towards the fluxes of fastest growth, with learned prices and a learned start."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.model.balance import FluxBalance
from graph_attention.model.projection import clipped

REWARD, PRICE = 50.0, 0.015
"""Where the reward of growth and the price of flux begin; growth that needs 3000 flux of its own is not worth it."""
RELAXATION = 1.9


class Terms(NamedTuple):
    """What a step weighs besides growth: a push along each flux, and the logarithm of a factor of its price."""

    push: Float[Tensor, "*batch reactions"]
    price: Float[Tensor, "*batch reactions"]


class Interior(NamedTuple):
    """Where the steps stand, in the coordinates of the balance."""

    within: Float[Tensor, "*batch groups"]
    """Keeps the bounds."""
    dual: Float[Tensor, "*batch groups"]
    """What holds it there: the sum of all that was cut off."""


class FluxSteps(nn.Module):
    """Unrolled steps of  min Σ_r π_r |v_r| − (γ b + push) · v   such that   S v = 0,  lower ≤ v ≤ upper.

        x = P(z − y + σ_k g),   z ← shrink(1.9 x − 0.9 z + y, σ_k π) within the bounds,   y ← y + 1.9 x − 0.9 z_old − z

    This imitates the optimisation that flux balance analysis solves, by a given number of steps of the alternating
    direction method (Boyd et al. 2011): an algorithm turned into layers (Gregor & LeCun 2010; for growth on media
    Faure et al. 2023). b marks the objective reactions. Learned are the reward γ, the price of flux π, and a
    factor σ_k for each step, besides what each medium and reaction is given.

    Args:
        balance: the network's coordinates.
        objective: b, 1 at the reaction whose flux is growth.
        steps: how many.
    """

    objective: Tensor

    def __init__(self, objective: Float[Tensor, " reactions"], steps: int):
        super().__init__()
        self.reward = nn.Parameter(torch.tensor(math.log(REWARD)))
        self.price = nn.Parameter(torch.tensor(math.log(PRICE)))
        self.gains = nn.Parameter(torch.zeros(steps))
        self.register_buffer("objective", objective, persistent=False)

    def forward(
        self,
        balance: FluxBalance,
        bounds: tuple[Float[Tensor, "batch groups"], Float[Tensor, "batch groups"]],
        start: Interior,
        terms: Terms,
    ) -> Interior:
        """Take all steps from a start."""
        gain = balance.gradient(self.reward.exp() * self.objective + terms.push)
        price = balance.sums(self.price.exp() * terms.price.exp())
        within, dual = start
        for strength in self.gains.exp():
            balanced = balance.onto(within - dual + strength * gain)
            relaxed = RELAXATION * balanced + (1 - RELAXATION) * within + dual
            within = clipped(shrunk(relaxed, strength * price), *bounds)
            dual = relaxed - within
        return Interior(within, dual)


def shrunk(
    values: Float[Tensor, "*batch groups"], by: Float[Tensor, "..."]
) -> Float[Tensor, "*batch groups"]:
    """Values moved towards zero by an amount, and zero where they would pass it."""
    return values.sign() * (values.abs() - by).clamp_min(0)
