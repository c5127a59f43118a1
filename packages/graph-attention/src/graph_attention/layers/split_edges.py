"""Which reactions may make a metabolite and which may use it, as arrays. Imports no torch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from graph_attention.network.graph import MetabolicGraph


@dataclass(frozen=True)
class SplitEdges:
    """Pairs of a metabolite and a reaction among which its flux is split, sorted by metabolite, then reaction."""

    metabolite: Int[np.ndarray, " edges"]
    reaction: Int[np.ndarray, " edges"]
    coefficient: Float[np.ndarray, " edges"]
    """S, signed."""

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.metabolite)


def producer_edges(graph: MetabolicGraph) -> SplitEdges:
    """S_mr > 0 where r may run forwards, S_mr < 0 where it may run backwards.

    What may run is said by the bounds; an exchange reaction may always run backwards, for the medium opens it.
    """
    forward, backward = _directions(graph)
    return _pairs(graph, made_by=forward, unmade_by=backward)


def consumer_edges(graph: MetabolicGraph) -> SplitEdges:
    """S_mr < 0 where r may run forwards, S_mr > 0 where it may run backwards; otherwise as `producer_edges`."""
    forward, backward = _directions(graph)
    return _pairs(graph, made_by=backward, unmade_by=forward)


def _directions(
    graph: MetabolicGraph,
) -> tuple[Bool[np.ndarray, " reactions"], Bool[np.ndarray, " reactions"]]:
    forward, backward = np.asarray(graph.upper) > 0, np.asarray(graph.lower) < 0
    backward[np.asarray(graph.exchanges)] = True
    return forward, backward


def _pairs(
    graph: MetabolicGraph,
    made_by: Bool[np.ndarray, " reactions"],
    unmade_by: Bool[np.ndarray, " reactions"],
) -> SplitEdges:
    given = graph.edges
    taken = np.where(given.coefficient > 0, made_by[given.reaction], unmade_by[given.reaction])
    metabolite, reaction = np.asarray(given.metabolite)[taken], np.asarray(given.reaction)[taken]
    order = np.lexsort((reaction, metabolite))
    return SplitEdges(metabolite[order], reaction[order], np.asarray(given.coefficient)[taken][order])
