"""The nodes and edges of a network as tables. Imports no torch."""

import numpy as np
import polars as pl
from jaxtyping import Int

from graph_attention.layers.network_edges import NetworkEdges, network_edges
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import UNASSIGNED


def node_table(graph: MetabolicGraph) -> pl.DataFrame:
    """Columns step (its number), node (id), kind, subsystem, degree; metabolites first.

    A metabolite belongs to the subsystem of most of its reactions.
    """
    edges, metabolites = graph.edges, len(graph.metabolites)
    entries = (np.asarray(edges.metabolite), np.asarray(edges.reaction))
    voted = majority(entries[0], graph.pathway[entries[1]], metabolites)
    names = np.array([*graph.subsystems, UNASSIGNED])
    sizes = (metabolites, len(graph.reactions))
    degree = [np.bincount(each, minlength=n) for each, n in zip(entries, sizes, strict=True)]
    return pl.DataFrame(
        {
            "step": np.arange(graph.nodes),
            "node": list(graph.node_ids),
            "kind": np.where(np.arange(graph.nodes) < metabolites, "metabolite", "reaction"),
            "subsystem": names[np.concatenate([voted, graph.pathway])],
            "degree": np.concatenate(degree),
        }
    )


def edge_table(graph: MetabolicGraph) -> pl.DataFrame:
    """Columns key, query, kind and the subsystem of either end, in the order of the weights of attention."""
    edges: NetworkEdges = network_edges(graph)
    subsystem = node_table(graph)["subsystem"].to_numpy()
    return pl.DataFrame(
        {
            "key": edges.key,
            "query": edges.query,
            "kind": edges.kind,
            "key_subsystem": subsystem[edges.key],
            "query_subsystem": subsystem[edges.query],
        }
    )


def majority(
    metabolite: Int[np.ndarray, " entries"], pathway: Int[np.ndarray, " entries"], metabolites: int
) -> Int[np.ndarray, " metabolites"]:
    """The pathway of most reactions of each metabolite, the first among equals; −1 where it has none."""
    votes = np.zeros((metabolites, int(pathway.max(initial=0)) + 1))
    np.add.at(votes, (metabolite, pathway), 1)
    return np.where(votes.any(1), votes.argmax(1), -1)
