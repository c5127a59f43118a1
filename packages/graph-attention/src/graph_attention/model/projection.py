"""Fluxes brought onto mass balance and bounds."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.errors import MetabolicError
from graph_attention.model.balance import FluxBalance

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

RELAXATION = 1.6
"""Over-relaxation of the splitting, between 1.5 and 1.8 in Boyd et al. 2011, section 3.4.3."""


class MassBalanceProjection(nn.Module):
    """The nearest fluxes that leave no metabolite over and keep the bounds.

        v = argmin ½ Σ_r (v_r − v⁰_r)² / t_r   such that   S v = 0,  lower ≤ v ≤ upper

    by the alternating direction method of multipliers (Boyd et al. 2011), unrolled, and so differentiable. Its last
    step goes exactly onto S v = 0; the bounds are kept as far as the steps have converged, and `beyond` says how
    far that is. Where no flux keeps both, it is the balanced one that the steps reach.

    Args:
        graph: the network.
        steps: how many steps.
        typical: t; see `FluxBalance`.
    """

    def __init__(
        self,
        graph: "MetabolicGraph",
        steps: int = 200,
        typical: Float[np.ndarray, " reactions"] | None = None,
    ):
        super().__init__()
        if steps < 1:
            raise MetabolicError(f"expected at least one step; got {steps}")
        self.steps = steps
        self.balance = FluxBalance(graph, typical)

    def forward(
        self,
        flux: Float[Tensor, "*batch reactions"],
        lower: Float[Tensor, "*batch reactions"],
        upper: Float[Tensor, "*batch reactions"],
    ) -> Float[Tensor, "*batch reactions"]:
        """The projected fluxes, in mmol/gDW/h as all three are.

        Raises:
            MetabolicError: if there is not one flux per reaction of the network.
        """
        check_fluxes(flux, self.balance.reactions)
        return projected(self.balance, flux, (lower, upper), self.steps)

    def extra_repr(self) -> str:
        """Steps for the printed module."""
        return f"steps={self.steps}"


def projected(
    balance: FluxBalance,
    flux: Float[Tensor, "*batch reactions"],
    bounds: tuple[Float[Tensor, "*batch reactions"], Float[Tensor, "*batch reactions"]],
    steps: int,
) -> Float[Tensor, "*batch reactions"]:
    """What so many steps of `MassBalanceProjection` reach."""
    wanted, ends = balance.grouped(flux), balance.bounds(*bounds)
    within = clipped(wanted, *ends)
    dual = torch.zeros_like(within)
    for _ in range(steps):
        balanced = balance.onto((wanted + within - dual) / 2)
        relaxed = RELAXATION * balanced + (1 - RELAXATION) * within + dual
        within = clipped(relaxed, *ends)
        dual = relaxed - within
    return balance.fluxes(balance.exactly_onto(within)).to(flux.dtype)


def clipped(
    values: Float[Tensor, "*batch groups"],
    low: Float[Tensor, "*batch groups"],
    high: Float[Tensor, "*batch groups"],
) -> Float[Tensor, "*batch groups"]:
    """Values between two bounds, of which the upper one holds where they cross."""
    return torch.minimum(torch.maximum(values, low), high)


def beyond(
    flux: Float[Tensor, "*batch reactions"],
    lower: Float[Tensor, "*batch reactions"],
    upper: Float[Tensor, "*batch reactions"],
) -> Float[Tensor, "*batch reactions"]:
    """How far each flux is outside its bounds."""
    return (lower - flux).clamp_min(0) + (flux - upper).clamp_min(0)


def check_fluxes(flux: Float[Tensor, "..."], reactions: int) -> None:
    """Check that there is one flux per reaction.

    Raises:
        MetabolicError: if there is not.
    """
    if not flux.ndim or flux.shape[-1] != reactions:
        raise MetabolicError(f"expected fluxes [*batch, {reactions} reactions]; got {list(flux.shape)}")
