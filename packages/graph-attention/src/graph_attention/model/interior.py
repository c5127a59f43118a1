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
SHORT, SPELL, SPELLS = 0.1, 40, 4
"""So many spells of so many steps are of full length and of this one in turns; all steps after them of full length."""


class Terms(NamedTuple):
    """What a step weighs besides growth: a push along each flux, and the logarithm of a factor of its price."""

    push: Float[Tensor, "*batch reactions"]
    price: Float[Tensor, "*batch reactions"]


class Interior(NamedTuple):
    """Where the steps stand, in the coordinates of the balance."""

    within: Float[Tensor, "*batch groups"]
    """Keeps the bounds."""
    dual: Float[Tensor, "*batch groups"]
    """What holds it there: the sum of all that was cut off, each for the length of its step."""


class FluxSteps(nn.Module):
    """Unrolled steps of  min Σ_r π_r |v_r| − (γ b + push) · v   such that   S v = 0,  lower ≤ v ≤ upper.

        x = P(z + τ_k (σ_k g − y)),   z ← shrink(1.9 x − 0.9 z + τ_k y, τ_k σ_k π) within the bounds,
        y ← y + (1.9 x − 0.9 z_old − z) / τ_k

    This imitates the optimisation that flux balance analysis solves, by a given number of steps of the alternating
    direction method (Boyd et al. 2011): an algorithm turned into layers (Gregor & LeCun 2010; for growth on media
    Faure et al. 2023). b marks the objective reactions. Learned are the reward γ, the price of flux π, and a
    factor σ_k for each step, besides what each medium and reaction is given.

    Where nothing can grow, steps of one length stand still at a growth that there is not, while y gains the same
    little every time. A short step (τ < 1, a larger penalty) makes that much, a long one finds the fluxes of a cell
    that grows, so that they take turns (see `length_of`). Penalties that vary keep the method convergent as long as
    they settle (He, Yang & Wang 2000).

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
        for step, strength in enumerate(self.gains.exp()):
            length = length_of(step)
            balanced = balance.onto(within + length * (strength * gain - dual))
            relaxed = RELAXATION * balanced + (1 - RELAXATION) * within + length * dual
            within = clipped(shrunk(relaxed, length * strength * price), *bounds)
            dual = (relaxed - within) / length
        return Interior(within, dual)


def length_of(step: int) -> float:
    """τ of a step, counted from 0: `SHORT` in every second of the first spells, and 1."""
    spell = step // SPELL
    return SHORT if spell < SPELLS and spell % 2 else 1.0


def shrunk(
    values: Float[Tensor, "*batch groups"], by: Float[Tensor, "..."]
) -> Float[Tensor, "*batch groups"]:
    """Values moved towards zero by an amount, and zero where they would pass it."""
    return values.sign() * (values.abs() - by).clamp_min(0)
