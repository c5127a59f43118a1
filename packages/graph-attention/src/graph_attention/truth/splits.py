"""How the flux through a metabolite is split among the reactions that make it, and among those that use it."""

import numpy as np
from jaxtyping import Float

from graph_attention.layers.split_edges import SplitEdges, consumer_edges, producer_edges
from graph_attention.network.graph import MetabolicGraph

NEGLIGIBLE = 1e-6
"""Turnover of a metabolite, mmol/gDW/h, below which it is said to be neither made nor used: ten times the
solver's tolerance."""

Fractions = tuple[SplitEdges, Float[np.ndarray, "*batch edges"]]


def producer_splits(graph: MetabolicGraph, flux: Float[np.ndarray, "*batch reactions"]) -> Fractions:
    """The share of each producer in what is made of a metabolite, max(S_mr v_r, 0) / Σ_r max(S_mr v_r, 0).

    The shares of a metabolite sum to 1; they are NaN where nothing is made of it. A flux against the bounds of
    the network itself has no edge and is not counted.
    """
    edges = producer_edges(graph)
    return edges, _shares(graph, edges, edges.coefficient * flux[..., edges.reaction])


def consumer_splits(graph: MetabolicGraph, flux: Float[np.ndarray, "*batch reactions"]) -> Fractions:
    """The share of each consumer in what is used of a metabolite, max(−S_mr v_r, 0) / Σ_r max(−S_mr v_r, 0)."""
    edges = consumer_edges(graph)
    return edges, _shares(graph, edges, -edges.coefficient * flux[..., edges.reaction])


def _shares(
    graph: MetabolicGraph, edges: SplitEdges, turned: Float[np.ndarray, "*batch edges"]
) -> Float[np.ndarray, "*batch edges"]:
    turned = np.maximum(turned, 0)
    rows = turned.reshape(-1, len(edges))
    total = (
        np.stack([np.bincount(edges.metabolite, row, minlength=len(graph.metabolites)) for row in rows])
        if len(rows)
        else np.zeros((0, len(graph.metabolites)))
    )
    whole = total[:, edges.metabolite].reshape(turned.shape)
    return np.divide(turned, whole, out=np.full_like(turned, np.nan), where=whole > NEGLIGIBLE)
