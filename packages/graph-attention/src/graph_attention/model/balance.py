"""The fluxes that keep mass: a space, and the shortest way onto it."""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.errors import MetabolicError
from graph_attention.model.coupling import CoupledReactions

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

LEAST_TYPICAL = 0.05
"""A flux below this, in mmol/gDW/h, counts as this large in the metric: no reaction is held to be closed for ever."""
SINGULAR = 1e-10
"""Balances whose eigenvalue is below this share of the largest say what others say already."""


class FluxBalance(nn.Module):
    """Coordinates of fluxes in which S v = 0 is a plane and distance is measured in typical fluxes.

        ‖v‖² = Σ_r v_r² / t_r,   x_j = u_j / d_j,   d_j = (Σ_r ratio_r² / t_r)^(−1/2) over the reactions of group j

    Coupled reactions are one coordinate (see `CoupledReactions`). The projector onto the plane is dense and made
    once; it is a function of the network and of t, so that a stored model holds t alone.

    Args:
        graph: the network.
        typical: t, the usual size of each flux in mmol/gDW/h, such as its root mean square over training media;
            1 where not given, and never less than `LEAST_TYPICAL`.

    Raises:
        MetabolicError: if there is not one typical flux per reaction, or one is not a number.
    """

    typical: Tensor
    members: Tensor
    group: Tensor
    ratio: Tensor
    rows: Tensor
    inverse: Tensor
    projector: Tensor
    scale: Tensor

    def __init__(self, graph: "MetabolicGraph", typical: Float[np.ndarray, " reactions"] | None = None):
        super().__init__()
        coupled = CoupledReactions.of(graph.stoichiometry)
        balances = coupled.stoichiometry.toarray()
        self.reactions, self.groups = len(coupled.group), balances.shape[1]
        members = np.flatnonzero(coupled.group >= 0)
        for name, value in (
            ("members", torch.from_numpy(members)),
            ("group", torch.from_numpy(coupled.group[members])),
            ("ratio", torch.from_numpy(coupled.ratio[members])),
            ("balances", torch.from_numpy(balances)),
        ):
            self.register_buffer(name, value, persistent=False)
        for name in ("rows", "inverse", "projector", "scale"):
            self.register_buffer(name, torch.empty(0), persistent=False)
        given = np.ones(self.reactions) if typical is None else typical
        if given.shape != (self.reactions,) or not np.isfinite(given).all():
            raise MetabolicError(
                f"expected a finite typical flux for each of {self.reactions} reactions; got {given.shape}"
            )
        self.register_buffer("typical", torch.from_numpy(np.maximum(np.abs(given), LEAST_TYPICAL)))
        self.register_load_state_dict_post_hook(lambda module, _: module._measure())
        self._measure()

    def grouped(self, flux: Float[Tensor, "*batch reactions"]) -> Float[Tensor, "*batch groups"]:
        """The coordinates whose fluxes are nearest; where the reactions of a group disagree, their weighted mean."""
        share = (self.ratio / self.typical[self.members]).to(flux.dtype)
        total = flux.new_zeros(*flux.shape[:-1], self.groups)
        return total.index_add(-1, self.group, flux[..., self.members] * share) * self.scale.to(flux.dtype)

    def fluxes(self, coordinates: Float[Tensor, "*batch groups"]) -> Float[Tensor, "*batch reactions"]:
        """The flux of every reaction; 0 where none can pass."""
        found = coordinates.new_zeros(*coordinates.shape[:-1], self.reactions)
        unit = (self.ratio * self.scale[self.group]).to(coordinates.dtype)
        return found.index_copy(-1, self.members, coordinates[..., self.group] * unit)

    def bounds(
        self, lower: Float[Tensor, "*batch reactions"], upper: Float[Tensor, "*batch reactions"]
    ) -> tuple[Float[Tensor, "*batch groups"], Float[Tensor, "*batch groups"]]:
        """What the bounds of all reactions of a group leave to its coordinate; crossed where they leave nothing."""
        unit = (self.ratio * self.scale[self.group]).to(lower.dtype)
        ends = lower[..., self.members] / unit, upper[..., self.members] / unit
        low, high = torch.minimum(*ends), torch.maximum(*ends)
        return self._reduced(low, -torch.inf, "amax"), self._reduced(high, torch.inf, "amin")

    def sums(self, per_reaction: Float[Tensor, "*batch reactions"]) -> Float[Tensor, "*batch groups"]:
        """Of a price per flux, the price per coordinate: Σ_r |∂v_r/∂x_j| c_r."""
        unit = (self.ratio * self.scale[self.group]).abs().to(per_reaction.dtype)
        return self._added(per_reaction[..., self.members] * unit)

    def gradient(self, per_reaction: Float[Tensor, "*batch reactions"]) -> Float[Tensor, "*batch groups"]:
        """Of a reward per flux, the reward per coordinate: Σ_r ∂v_r/∂x_j c_r."""
        unit = (self.ratio * self.scale[self.group]).to(per_reaction.dtype)
        return self._added(per_reaction[..., self.members] * unit)

    def onto(self, coordinates: Float[Tensor, "*batch groups"]) -> Float[Tensor, "*batch groups"]:
        """The nearest point of the plane, to the precision of the coordinates' own dtype."""
        return coordinates @ self.projector.to(coordinates.dtype)

    def exactly_onto(self, coordinates: Float[Tensor, "*batch groups"]) -> Float[Tensor, "*batch groups"]:
        """The nearest point of the plane in float64."""
        exact = coordinates.double()
        for _ in range(2):  # the second leaves what the conditioning of the first did not
            exact = exact - exact @ self.rows.mT @ self.inverse @ self.rows
        return exact

    def extra_repr(self) -> str:
        """Sizes for the printed module."""
        return f"reactions={self.reactions}, groups={self.groups}, balances={len(self.rows)}"

    def _added(self, values: Tensor) -> Tensor:
        return values.new_zeros(*values.shape[:-1], self.groups).index_add(-1, self.group, values)

    def _reduced(self, values: Tensor, start: float, how: str) -> Tensor:
        found = values.new_full((*values.shape[:-1], self.groups), start)
        return found.scatter_reduce(-1, self.group.expand_as(values), values, how)

    @torch.no_grad()
    def _measure(self) -> None:
        """Scale, rows of the scaled matrix, and the projector, of the typical fluxes that are held."""
        balances: Any = self.balances
        weight = self._added(self.ratio.square() / self.typical[self.members])
        self.scale = weight.rsqrt()
        self.rows = balances * self.scale
        values, vectors = torch.linalg.eigh(self.rows @ self.rows.mT)
        kept = values > SINGULAR * values.max() if len(values) else values > 0
        self.inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].mT
        whole = torch.eye(self.groups, dtype=torch.float64, device=self.rows.device)
        self.projector = (whole - self.rows.mT @ self.inverse @ self.rows).float()
