"""A medium as bounds on fluxes, and as a few numbers."""

from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.errors import MetabolicError
from graph_attention.model.node_features import PLENTY, medium_composition
from graph_attention.truth.nutrients import nutrients

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph


class MediumBounds(nn.Module):
    """What uptakes mean on a network: bounds of all reactions, and elements offered. Has no parameters.

    Uptakes stand in the order of `graph.exchanges`, positive, in mmol/gDW/h; 0 is not offered.
    """

    lower: Tensor
    upper: Tensor
    composition: Tensor
    place: Tensor
    inward: Tensor

    def __init__(self, graph: "MetabolicGraph"):
        super().__init__()
        table = nutrients(graph)
        self.exchanges = len(table)
        for name, value in (
            ("lower", torch.from_numpy(graph.lower).float()),
            ("upper", torch.from_numpy(graph.upper).float()),
            ("composition", torch.from_numpy(medium_composition(graph)).float()),
            ("place", torch.from_numpy(table["reaction"].to_numpy(writable=True))),
            ("inward", torch.from_numpy(table["sign"].to_numpy() > 0)),
        ):
            self.register_buffer(name, value, persistent=False)

    @property
    def width(self) -> int:
        """Numbers in a summary: the elements, how many nutrients are offered, and how many limit growth."""
        return self.composition.shape[1] + 2

    def forward(
        self, uptake: Float[Tensor, "batch exchanges"]
    ) -> tuple[Float[Tensor, "batch reactions"], Float[Tensor, "batch reactions"]]:
        """Lower and upper bound of every reaction, as `Medium.bounds` has them.

        Raises:
            MetabolicError: if there is not one uptake per exchange, or one is negative or not a number.
        """
        self._check(uptake)
        low, high = (each.to(uptake.dtype) for each in (self.lower[self.place], self.upper[self.place]))
        offered = uptake > 0
        high = torch.where(self.inward, torch.where(offered, uptake, high.clamp_max(0)), high)
        low = torch.where(self.inward, low, torch.where(offered, -uptake, low.clamp_min(0)))
        lower, upper = (each.to(uptake.dtype).expand(len(uptake), -1) for each in (self.lower, self.upper))
        return lower.index_copy(-1, self.place, low), upper.index_copy(-1, self.place, high)

    def summary(self, uptake: Float[Tensor, "batch exchanges"]) -> Float[Tensor, "batch width"]:
        """Elements offered, and how many nutrients bring them, on a logarithmic scale."""
        elements = uptake.clamp_max(PLENTY) @ self.composition.to(uptake.dtype)
        counts = torch.stack([(uptake > 0).sum(-1), ((uptake > 0) & (uptake < PLENTY)).sum(-1)], -1)
        return torch.cat([elements, counts.to(uptake.dtype)], -1).log1p()

    def _check(self, uptake: Tensor) -> None:
        if uptake.ndim != 2 or uptake.shape[1] != self.exchanges:
            raise MetabolicError(
                f"expected uptakes [batch, {self.exchanges} exchanges]; got {list(uptake.shape)}"
            )
        if not (uptake >= 0).all():
            raise MetabolicError("expected uptakes of 0 or more mmol/gDW/h; got a negative one or no number")
