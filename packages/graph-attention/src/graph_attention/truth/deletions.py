"""What is left of growth when a gene or a reaction is deleted."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import listed, unknown
from graph_attention.truth.flux_balance import best_growth, pfba
from graph_attention.truth.media import Medium


def gene_deletions(
    graph: MetabolicGraph, medium: Medium, genes: Sequence[str] | None = None
) -> Float[np.ndarray, " genes"]:
    """Growth per hour after each single gene is deleted, in the order of `genes`; 0 without a flux that is allowed.

    A gene takes with it the reactions whose gene rule fails without it. Growth is 0 too where maintenance can no
    longer be paid. By id: `dict(zip(graph.genes, gene_deletions(graph, medium)))`.

    Args:
        graph: the network.
        medium: what it grows on.
        genes: a list of ids; `graph.genes`, sorted, where not given.

    Raises:
        MetabolicError: the network has no such gene, `genes` is a text, or the medium is infeasible as it is.
    """
    lost = [graph.knocked_out([gene]) for gene in listed("gene", graph.genes if genes is None else genes)]
    return _growths(graph, medium, lost)


def reaction_deletions(
    graph: MetabolicGraph, medium: Medium, reactions: Sequence[str] | None = None
) -> Float[np.ndarray, " reactions"]:
    """Growth per hour after each single reaction is deleted, in the order of `reactions`; 0 as in `gene_deletions`.

    Args:
        graph: the network.
        medium: what it grows on.
        reactions: a list of ids; `graph.reactions["id"]` where not given.

    Raises:
        MetabolicError: the network has no such reaction, `reactions` is a text, or the medium is infeasible as it is.
    """
    names = graph.reactions["id"].to_list() if reactions is None else reactions
    return _growths(graph, medium, [np.array([place]) for place in places(graph, names)])


def places(graph: MetabolicGraph, names: Sequence[str]) -> list[int]:
    """The columns of reactions; raise MetabolicError for the first that the network does not have."""
    for name in listed("reaction", names):
        if name not in graph.reaction_index:
            raise unknown("reaction", name, graph.reactions["id"].to_list())
    return [graph.reaction_index[name] for name in names]


def _growths(
    graph: MetabolicGraph, medium: Medium, losses: Iterable[np.ndarray]
) -> Float[np.ndarray, " deletions"]:
    """Growth after each loss; what carries no flux in one optimum can be lost without a change, and is not solved."""
    whole = pfba(graph, medium)
    if not whole.feasible:
        raise MetabolicError(
            f"medium {medium.name} is infeasible on {graph.name}: there is no growth to lose"
        )
    bounds = medium.bounds(graph)
    known: dict[bytes, float] = {}
    found = []
    for lost in losses:
        active = lost[whole.flux[lost] != 0]
        key = np.unique(lost).tobytes() if len(active) else b""
        if key not in known:
            known[key] = _growth_without(graph, bounds, lost) if len(active) else whole.growth
        found.append(known[key])
    return np.array(found, dtype=np.float64)


def _growth_without(graph: MetabolicGraph, bounds: tuple[np.ndarray, np.ndarray], lost: np.ndarray) -> float:
    lower, upper = (bound.copy() for bound in bounds)
    lower[lost] = upper[lost] = 0
    return best_growth(graph, (lower, upper)).growth
