"""Attention of a metabolite to the reactions that make or use it, read as the split of flux among them."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core import Attended, SortedEdges, attend_edges
from attention_core.edge_functional import allowed_edges, used_nodes
from attention_core.edge_map import edge_bias, edge_mask
from attention_core.masking import silence
from graph_attention.layers import split_edges
from graph_attention.layers.checks import check_nodes
from graph_attention.network.graph import MetabolicGraph


@dataclass(frozen=True, eq=False)
class SideEdges:
    """Which reactions stand on one side of each metabolite, those that make it or those that use it."""

    edges: SortedEdges
    """Reaction as key and metabolite as query, labelled with their ids."""
    size: Float[Tensor, " edges"]
    """|S|."""

    @classmethod
    def of(cls, graph: MetabolicGraph, found: split_edges.SplitEdges) -> "SideEdges":
        """The pairs found in a network."""
        metabolites, reactions = tuple(graph.metabolites["id"]), tuple(graph.reactions["id"])
        pairs = torch.from_numpy(np.stack([found.reaction, found.metabolite]))
        edges = SortedEdges(pairs, len(metabolites), len(reactions), metabolites, reactions)
        return cls(edges, torch.from_numpy(np.abs(found.coefficient)))

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.edges)

    def to(self, device: torch.device | str) -> "SideEdges":
        """The same pairs on a device."""
        return SideEdges(self.edges.to(device), self.size.to(device))


@dataclass(frozen=True, eq=False)
class FluxSplitEdges:
    """Producers and consumers of every metabolite (see `split_edges.producer_edges`)."""

    producers: SideEdges
    consumers: SideEdges

    @classmethod
    def of(cls, graph: MetabolicGraph) -> "FluxSplitEdges":
        """Who may make and who may use each metabolite of a network."""
        found = split_edges.producer_edges(graph), split_edges.consumer_edges(graph)
        return cls(*(SideEdges.of(graph, each) for each in found))

    def to(self, device: torch.device | str) -> "FluxSplitEdges":
        """The same pairs on a device."""
        return replace(self, producers=self.producers.to(device), consumers=self.consumers.to(device))


class FluxSplit(NamedTuple):
    """Both sides: what each metabolite gathers there, and its map over reactions."""

    producers: Attended
    consumers: Attended

    def __repr__(self) -> str:
        """Both maps."""
        return f"FluxSplit(producers={self.producers.attention!r}, consumers={self.consumers.attention!r})"


class SideAttention(nn.Module):
    """Attention of metabolites to the reactions on one side of them.

        p_mr = |S_mr| exp s_mr / Σ_r' |S_mr'| exp s_mr',   s_mr = Q x_m · K x_r / sqrt(dim) + b_mr,
        values_m = Σ_r p_mr x_r

    p_mr is the share of m's flux that goes through r, and exp s_mr stands for the flux of r: with b_mr = ln v_r
    and Q = 0 it is |S_mr| v_r / Σ_r' |S_mr'| v_r' itself. One head, for there is one split. Values are
    the reactions' own features, so that no parameter is idle where only the map is used.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim, bias=False)

    def forward(
        self,
        metabolites: Float[Tensor, "*batch metabolites dim"],
        reactions: Float[Tensor, "*batch reactions dim"],
        side: SideEdges,
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
    ) -> Attended:
        """Attend from metabolites to reactions; a metabolite that none makes, or none uses, gets zeros.

        Mask and bias are `[edges]`, or broadcastable to `[*batch, edges, 1]`. The map `[*batch, 1, metabolites,
        reactions]` has one weight per pair, in the order of the side's edges. A bias of −inf closes a pair
        as a mask does. What takes part in closed pairs only may hold NaN or infinity.
        """
        shape = (*metabolites.shape[:-2], len(side), 1)
        weighted = side.size.log().to(metabolites.dtype).unsqueeze(-1)
        if bias is not None:
            weighted = weighted + edge_bias(bias, shape, metabolites.device)
        if mask is not None:
            mask = edge_mask(mask, shape, metabolites.device)
        allowed = allowed_edges(mask, weighted)
        if allowed is not None:
            attending, attended = (used.any(-2) for used in used_nodes(side.edges, allowed))
            metabolites, reactions = silence(metabolites, attending), silence(reactions, attended)
        query, key = self.query(metabolites).unsqueeze(-3), self.key(reactions).unsqueeze(-3)
        values, attention = attend_edges(
            query, key, reactions.unsqueeze(-3), side.edges, mask=mask, bias=weighted
        )
        return Attended(values.squeeze(-3), attention)


class FluxSplitAttention(nn.Module):
    """At each metabolite, attention over its producers and over its consumers, read as the split of its flux.

        producers: p_mr ∝ |S_mr| exp s_mr over the reactions that may make m,
        consumers: the same over those that may use it, with parameters of their own

    of the normalised nodes (see `SideAttention`). Irreversible reactions stand on the side on which they run,
    reversible ones on both. Supervised, the maps are pulled towards the fractions of a measured or computed
    flux; unsupervised, the values are what the rest of a model uses.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.producers = SideAttention(dim)
        self.consumers = SideAttention(dim)

    def forward(
        self,
        nodes: Float[Tensor, "*batch nodes dim"],
        edges: FluxSplitEdges,
        *,
        masks: tuple[Tensor | None, Tensor | None] = (None, None),
        biases: tuple[Tensor | None, Tensor | None] = (None, None),
    ) -> FluxSplit:
        """Split at every metabolite; masks and biases are those of producers and of consumers.

        Raises:
            MetabolicError: if there are not as many nodes as metabolites and reactions together.
        """
        sides = [edges.producers.edges.queries, edges.producers.edges.keys]
        check_nodes(
            nodes, sum(sides), self.norm.normalized_shape[0], "{} metabolites and {} reactions".format(*sides)
        )
        metabolites, reactions = self.norm(nodes).split(sides, -2)
        found = (
            attend(metabolites, reactions, side, mask=mask, bias=bias)
            for attend, side, mask, bias in zip(
                (self.producers, self.consumers),
                (edges.producers, edges.consumers),
                masks,
                biases,
                strict=True,
            )
        )
        return FluxSplit(*found)
