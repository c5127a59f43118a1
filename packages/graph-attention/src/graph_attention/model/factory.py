"""A model as settings ask for it."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float

from graph_attention.layers.encodings import EdgeBias, EdgeKinds, Pathways, Stoichiometry
from graph_attention.layers.metabolic import MetabolicMultiHeadAttention
from graph_attention.layers.projections import KindProjection, SharedProjection
from graph_attention.layers.self_attention import SelfAttention
from graph_attention.model.balance import FluxBalance
from graph_attention.model.embedding import NodeEmbedding
from graph_attention.model.interior import FluxSteps
from graph_attention.model.medium_bounds import MediumBounds
from graph_attention.model.solvers import OptimisingSolver, ProjectingSolver
from graph_attention.model.transformer import MetabolicTransformer

if TYPE_CHECKING:
    from graph_attention.configuration import ModelConfig
    from graph_attention.network.graph import MetabolicGraph


def transformer_of(
    graph: "MetabolicGraph",
    config: "ModelConfig",
    typical: Float[np.ndarray, " reactions"] | None = None,
    pathways: tuple[str, ...] | None = None,
) -> MetabolicTransformer:
    """The transformer that settings describe, on a network.

    Args:
        graph: the network.
        config: width, heads, layers, steps, and what attention knows of edges and nodes.
        typical: usual size of each flux, such as its root mean square over training media (see `FluxBalance`).
        pathways: names that the layers know; those of the network where not given.

    Raises:
        MetabolicError: the network has no single objective, or typical fluxes are not one per reaction.
    """
    names = graph.subsystems if pathways is None else pathways
    embedding = NodeEmbedding(graph, config.dim, MediumBounds(graph).width, config.node_kinds)
    layers = [layer_of(config, names) for _ in range(config.layers)]
    return MetabolicTransformer(graph, embedding, layers, solver_of(graph, config, typical), config.dim)


def layer_of(config: "ModelConfig", pathways: tuple[str, ...]) -> SelfAttention:
    """One layer, which knows of edges what the settings allow.

    With node kinds and stoichiometry it is metabolic attention, whose scores pathways weigh too.
    """
    known = [
        *([Stoichiometry()] if config.stoichiometry else []),
        *([EdgeKinds()] if config.node_kinds else []),
        *([Pathways(pathways)] if config.pathway else []),
    ]
    kind = MetabolicMultiHeadAttention if config.node_kinds and config.stoichiometry else SelfAttention
    return kind(
        config.dim,
        config.heads,
        project=KindProjection if config.node_kinds else SharedProjection,
        bias=EdgeBias(config.heads, *known) if known else None,
        hidden=2 * config.dim,
        dropout=config.dropout,
    )


def solver_of(
    graph: "MetabolicGraph", config: "ModelConfig", typical: Float[np.ndarray, " reactions"] | None
) -> OptimisingSolver | ProjectingSolver:
    """How fluxes are brought onto balance."""
    if config.solver == "project":
        balance, one_way = FluxBalance(graph, typical), (graph.lower >= 0) * 1.0 - (graph.upper <= 0) * 1.0
        direction = torch.from_numpy(one_way).float()
        return ProjectingSolver(balance, direction, config.draft_steps, config.projection_steps)
    graph.biomass  # noqa: B018  a network without a single objective is told here
    objective = torch.from_numpy(graph.objective).float()
    steps = (FluxSteps(objective, count) for count in (config.draft_steps, config.projection_steps))
    return OptimisingSolver(FluxBalance(graph, typical), *steps)
