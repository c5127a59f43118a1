"""Nodes of a network in a medium, as a transformer takes them."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.model.node_features import KIND_FEATURES, node_features
from graph_attention.model.scales import fine_log
from graph_attention.model.solvers import Bounds, Draft

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

DYNAMIC_FEATURES = ("turnover", "lower", "upper", "draft", "backward draft", "tension")


class NodeEmbedding(nn.Module):
    """What a node is, what a medium lets it do, what the draft has it do, and what the medium is made of.

        x_n = A f_n + B d_n(medium) + MLP(summary of the medium)

    No number belongs to a single node, so that the weights serve every network.

    Args:
        graph: the network.
        dim: width of a node.
        summary: numbers in the summary of a medium.
        node_kinds: whether metabolites and reactions are told apart by a feature of their own.
    """

    features: Tensor
    touching: Tensor
    coefficient: Tensor

    def __init__(self, graph: "MetabolicGraph", dim: int, summary: int, node_kinds: bool = True):
        super().__init__()
        known = torch.from_numpy(node_features(graph)).float()
        if node_kinds:
            kinds = torch.from_numpy(graph.node_kinds)
            known = torch.cat([known, nn.functional.one_hot(kinds, len(KIND_FEATURES)).float()], -1)
        self.metabolites = len(graph.metabolites)
        self.register_buffer("features", known, persistent=False)
        ends = np.stack([graph.edges.metabolite, graph.edges.reaction])
        self.register_buffer("touching", torch.from_numpy(ends), persistent=False)
        self.register_buffer(
            "coefficient", torch.from_numpy(graph.edges.coefficient).float(), persistent=False
        )
        self.static = nn.Linear(known.shape[1], dim)
        self.dynamic = nn.Linear(len(DYNAMIC_FEATURES), dim, bias=False)
        self.medium = nn.Sequential(nn.Linear(summary, dim), nn.GELU(), nn.Linear(dim, dim))

    def forward(
        self, bounds: Bounds, draft: Draft, summary: Float[Tensor, "batch summary"]
    ) -> Float[Tensor, "batch nodes dim"]:
        """The nodes of each medium."""
        medium = self.medium(summary).unsqueeze(-2)
        return self.static(self.features) + self.dynamic(self._dynamic(bounds, draft)) + medium

    def _dynamic(self, bounds: Bounds, draft: Draft) -> Tensor:
        lower, upper = bounds
        flux = draft.flux
        columns = (
            lower.abs().log1p(),
            upper.abs().log1p(),
            fine_log(flux.clamp_min(0)),
            fine_log((-flux).clamp_min(0)),
            draft.tension.clamp(-3, 3),
        )
        reactions = torch.stack(columns, -1)
        left = nn.functional.pad(self._turnover(flux).log1p().unsqueeze(-1), (0, len(columns)))
        return torch.cat([left, nn.functional.pad(reactions, (1, 0))], -2)

    def left_over(
        self, flux: Float[Tensor, "batch reactions"]
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """‖S v‖₁ and ‖|S| |v|‖₁ of each medium."""
        carried = flux[..., self.touching[1]] * self.coefficient.to(flux.dtype)
        return self._by_metabolite(carried).abs().sum(-1), carried.abs().sum(-1)

    def _turnover(self, flux: Tensor) -> Tensor:
        """½ Σ_r |S_mr v_r|: what passes through a metabolite at steady state."""
        return self._by_metabolite((flux[..., self.touching[1]] * self.coefficient.to(flux.dtype)).abs() / 2)

    def _by_metabolite(self, carried: Tensor) -> Tensor:
        total = carried.new_zeros(*carried.shape[:-1], self.metabolites)
        return total.index_add(-1, self.touching[0], carried)
