"""The edges of a metabolic network as attention takes them."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from attention_core import SortedEdges
from graph_attention.errors import MetabolicError
from graph_attention.layers.network_edges import EDGE_KINDS, SELF, network_edges
from graph_attention.network.graph import MetabolicGraph


@dataclass(frozen=True, eq=False)
class AttentionEdges:
    """Which node attends which, and what is known of each edge; sorted once for all calls and layers.

    Nodes are metabolites first, then reactions, and each attends itself, so that an isolated node attends
    itself alone. A layer takes the edges with its nodes and holds no parameter for a single node: it moves to
    another network by being given that network's edges.
    """

    edges: SortedEdges
    """Key and query of each edge; labelled with the ids of the nodes."""
    metabolites: int
    """How many of the nodes are metabolites; they come first."""
    kind: Int[Tensor, " edges"]
    """Index into `EDGE_KINDS`."""
    coefficient: Float[Tensor, " edges"]
    """S, signed; 0 where a node attends itself."""
    reversible: Bool[Tensor, " edges"]
    """Whether the reaction of the edge may run both ways."""
    pathway: Int[Tensor, " edges"]
    """Index of the reaction's subsystem into `pathways`; one past the last where a metabolite attends itself."""
    share: Float[Tensor, " edges"]
    """Which share of the metabolite's reactions lies in that subsystem."""
    pathways: tuple[str, ...]

    def __post_init__(self):
        """Check that everything is known of every edge.

        Raises:
            MetabolicError: if a tensor has not as many entries as there are edges, or a kind is none.
        """
        for name in ("kind", "coefficient", "reversible", "pathway", "share"):
            given = getattr(self, name)
            if given.shape != (len(self.edges),):
                raise MetabolicError(
                    f"expected {name} for {len(self.edges)} edges; got {list(given.shape)}: give one for each"
                )
        if not self.coefficient.isfinite().all() or (self.coefficient == 0)[self.kind != SELF].any():
            raise MetabolicError(
                "expected a finite coefficient other than 0 on every edge between two nodes: leave the others out"
            )

    @classmethod
    def of(cls, graph: MetabolicGraph) -> "AttentionEdges":
        """Both directions of every nonzero of S, and each node to itself."""
        found = network_edges(graph)
        pairs = torch.from_numpy(np.stack([found.key, found.query]))
        return cls(
            edges=SortedEdges(pairs, len(found.node_ids), query_labels=found.node_ids),
            metabolites=found.metabolites,
            kind=torch.from_numpy(found.kind),
            coefficient=torch.from_numpy(found.coefficient),
            reversible=torch.from_numpy(found.reversible),
            pathway=torch.from_numpy(found.pathway),
            share=torch.from_numpy(found.share).float(),
            pathways=found.pathways,
        )

    def __len__(self) -> int:
        """How many edges there are."""
        return len(self.edges)

    def __repr__(self) -> str:
        """Sides."""
        return (
            f"AttentionEdges(metabolites={self.metabolites}, reactions={self.nodes - self.metabolites},"
            f" edges={len(self)}, pathways={len(self.pathways)})"
        )

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return self.edges.queries

    @property
    def node_ids(self) -> tuple[str, ...]:
        """Ids of the metabolites, then of the reactions; empty where the edges bear none."""
        return tuple(self.edges.query_labels or ())

    @cached_property
    def stoichiometry(self) -> Float[Tensor, "edges 3"]:
        """Sign of S, ln|S|, and whether the reaction may run both ways; zeros where a metabolite attends itself."""
        size = self.coefficient.abs()
        log = torch.where(size > 0, size, 1.0).log()
        return torch.stack([self.coefficient.sign(), log, self.reversible.to(log.dtype)], -1).float()

    @cached_property
    def kinds(self) -> Float[Tensor, "edges kinds"]:
        """One column for each of `EDGE_KINDS`, 1 at the edges of that kind."""
        return torch.nn.functional.one_hot(self.kind, len(EDGE_KINDS)).float()

    def to(self, device: torch.device | str) -> "AttentionEdges":
        """The same edges on a device."""
        edges = self.edges.to(device)
        if edges is self.edges:
            return self
        moved = ("kind", "coefficient", "reversible", "pathway", "share")
        return replace(self, edges=edges, **{name: getattr(self, name).to(device) for name in moved})
