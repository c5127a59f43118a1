"""Who attends whom in a metabolic network, as arrays. Imports no torch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from graph_attention.network.graph import MetabolicGraph

EDGE_KINDS = (
    "substrate to reaction",
    "product to reaction",
    "reaction to substrate",
    "reaction to product",
    "self",
)
SELF = EDGE_KINDS.index("self")


@dataclass(frozen=True)
class NetworkEdges:
    """Edges over the nodes of a network, metabolites first, sorted by query and then by key.

    Each nonzero of S is two edges, one for each direction, and each node has an edge to itself. Whether a
    reaction may run backwards is told, and closes no edge.
    """

    node_ids: tuple[str, ...]
    metabolites: int
    pathways: tuple[str, ...]
    key: Int[np.ndarray, " edges"]
    """The node that is attended."""
    query: Int[np.ndarray, " edges"]
    """The node that attends."""
    kind: Int[np.ndarray, " edges"]
    """Index into `EDGE_KINDS`; a substrate is a metabolite of negative coefficient."""
    coefficient: Float[np.ndarray, " edges"]
    """S, signed; 0 where a node attends itself."""
    reversible: Bool[np.ndarray, " edges"]
    """Whether the reaction of the edge may run both ways; False where a metabolite attends itself."""
    pathway: Int[np.ndarray, " edges"]
    """Index of the reaction's subsystem into `pathways`; one past the last where a metabolite attends itself."""
    share: Float[np.ndarray, " edges"]
    """Which share of the metabolite's reactions lies in that subsystem; 1 where a node attends itself."""

    def __len__(self) -> int:
        """How many edges there are."""
        return len(self.key)


def network_edges(graph: MetabolicGraph) -> NetworkEdges:
    """The edges of a network: both directions of every nonzero of S, and each node to itself."""
    given, metabolites, nodes = graph.edges, len(graph.metabolites), graph.nodes
    metabolite, reaction = np.asarray(given.metabolite), np.asarray(given.reaction) + metabolites
    pathway, itself = np.asarray(graph.pathway), np.arange(nodes)
    made = given.coefficient > 0
    of_reaction, none = pathway[given.reaction], np.full(metabolites, len(graph.subsystems))
    share = _shares(given.metabolite, of_reaction, metabolites, len(graph.subsystems))
    key = np.concatenate([metabolite, reaction, itself])
    query = np.concatenate([reaction, metabolite, itself])
    order = np.lexsort((key, query))
    reversible = np.concatenate([np.zeros(metabolites, bool), np.asarray(graph.reversible)])
    columns = {
        "kind": (made.astype(np.int64), made + 2, np.full(nodes, SELF)),
        "coefficient": (given.coefficient, given.coefficient, np.zeros(nodes)),
        "reversible": (given.reversible, given.reversible, reversible),
        "pathway": (of_reaction, of_reaction, np.concatenate([none, pathway])),
        "share": (share, share, np.ones(nodes)),
    }
    return NetworkEdges(
        node_ids=tuple(graph.node_ids),
        metabolites=metabolites,
        pathways=tuple(graph.subsystems),
        key=key[order],
        query=query[order],
        **{name: np.concatenate(parts)[order] for name, parts in columns.items()},
    )


def _shares(
    metabolite: Int[np.ndarray, " entries"],
    pathway: Int[np.ndarray, " entries"],
    metabolites: int,
    pathways: int,
) -> Float[np.ndarray, " entries"]:
    """Of all reactions at each entry's metabolite, the share that lies in the pathway of the entry's reaction."""
    together = np.zeros((metabolites, pathways))
    np.add.at(together, (metabolite, pathway), 1.0)
    degree = together.sum(1)
    return together[metabolite, pathway] / degree[metabolite]
