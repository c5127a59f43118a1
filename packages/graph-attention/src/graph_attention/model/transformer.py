"""A transformer over a metabolic network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.flux_split import FluxSplitEdges, SideEdges
from graph_attention.layers.self_attention import SelfAttention
from graph_attention.model.embedding import NodeEmbedding
from graph_attention.model.heads import GrowthHead, ProposalHead, SplitHead
from graph_attention.model.medium_bounds import MediumBounds
from graph_attention.model.output import MetabolicOutput
from graph_attention.model.solvers import OptimisingSolver, ProjectingSolver

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

Masks = Sequence[Tensor | None]


class MetabolicTransformer(nn.Module):
    """Growth, fluxes and flux splits of a network in a medium.

    A draft of the fluxes is drawn from the medium's bounds; nodes hear it and attend to each other; what they
    propose is brought onto mass balance; splits and growth are read from nodes and balanced fluxes. The network is
    part of the model, its weights are not bound to it (see `transfer.moved`).

    Args:
        graph: the network.
        embedding: makes nodes of bounds, draft and medium.
        layers: attention between them.
        solver: draft before, and balanced fluxes after.
        dim: width of a node.
    """

    def __init__(
        self,
        graph: "MetabolicGraph",
        embedding: NodeEmbedding,
        layers: Sequence[SelfAttention],
        solver: OptimisingSolver | ProjectingSolver,
        dim: int,
    ):
        super().__init__()
        self.graph = graph
        self.medium = MediumBounds(graph)
        self.embedding = embedding
        self.layers = nn.ModuleList(layers)
        self.solver = solver
        self.proposal, self.split, self.growth = ProposalHead(dim), SplitHead(dim), GrowthHead(dim)
        self.edges, self.split_edges = AttentionEdges.of(graph), FluxSplitEdges.of(graph)
        self.signs = tuple(
            _signs(graph, side, way)
            for side, way in ((self.split_edges.producers, 1), (self.split_edges.consumers, -1))
        )

    def forward(
        self, uptake: Float[Tensor, "batch exchanges"], masks: Masks | None = None
    ) -> MetabolicOutput:
        """Predict for media given as largest uptakes, in the order of `graph.exchanges`, mmol/gDW/h.

        `masks` has one entry per layer: the edges that are open, `[edges]` or broadcastable to
        `[batch, edges, heads]`, or None for all.

        Raises:
            MetabolicError: if there is not one uptake per exchange, or one is negative.
        """
        bounds = self.medium(uptake)
        draft = self.solver.draft(bounds)
        nodes = self.embedding(bounds, draft, self.medium.summary(uptake))
        return self._read(nodes, bounds, draft, masks)

    def embed(self, uptake: Float[Tensor, "batch exchanges"]) -> Float[Tensor, "batch nodes dim"]:
        """What enters the first layer."""
        bounds = self.medium(uptake)
        return self.embedding(bounds, self.solver.draft(bounds), self.medium.summary(uptake))

    def from_nodes(
        self,
        nodes: Float[Tensor, "batch nodes dim"],
        uptake: Float[Tensor, "batch exchanges"],
        masks: Masks | None = None,
    ) -> MetabolicOutput:
        """What follows from nodes as `embed` makes them; the draft is drawn anew, without their gradient."""
        bounds = self.medium(uptake)
        return self._read(nodes, bounds, self.solver.draft(bounds), masks)

    def _read(self, nodes, bounds, draft, masks: Masks | None) -> MetabolicOutput:
        masks = [None] * len(self.layers) if masks is None else masks
        self._move(nodes.device)
        attention = []
        for layer, mask in zip(self.layers, masks, strict=True):
            nodes, weights = layer(nodes, self.edges, mask=mask)
            attention.append(weights)
        proposal = self.proposal(nodes[..., self.edges.metabolites :, :], draft)
        flux, unmet = self.solver.solve(bounds, draft, proposal)
        split = self.split(nodes, self.split_edges, flux, self.signs)
        biomass = self.graph.biomass
        node = nodes[..., self.edges.metabolites + biomass, :]
        growth, logits = self.growth(node, split, flux[..., biomass], unmet)
        return MetabolicOutput(growth, flux, split, tuple(attention), logits, nodes, proposal.flux)

    def _move(self, device: torch.device) -> None:
        self.edges, self.split_edges = self.edges.to(device), self.split_edges.to(device)
        self.signs = tuple(sign.to(device) for sign in self.signs)


def _signs(graph: "MetabolicGraph", side: SideEdges, way: int) -> Tensor:
    reaction, metabolite = side.edges.edges.numpy()
    return way * torch.from_numpy(np.sign(graph.stoichiometry[metabolite, reaction])).float()
