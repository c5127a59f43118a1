"""Networks made from networks. What is left out is added to `excluded` with its number and names."""

from dataclasses import replace

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.blocked import TOLERANCE, blocked_reactions
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.pathways import COMMON_NAMES
from graph_attention.network.tables import agreeing, counted, unknown


def keep_reactions(graph: MetabolicGraph, indices: Int[np.ndarray, " kept"], why: str) -> MetabolicGraph:
    """The network of some reactions, in the order of the whole; metabolites that lose all of theirs go too."""
    kept = np.zeros(len(graph.reactions), dtype=bool)
    kept[indices] = True
    before, after = (np.diff(part.indptr) for part in (graph.stoichiometry, graph.stoichiometry[:, kept]))
    lost = (before > 0) & (after == 0)
    said = [*_left_out("reaction", graph.reactions, ~kept, why)]
    said += _left_out("metabolite", graph.metabolites, lost, f"with no reaction left ({why})")
    return MetabolicGraph(
        graph.name,
        graph.stoichiometry[~lost][:, kept],
        graph.metabolites.filter(~lost),
        graph.reactions.filter(kept),
        (*graph.excluded, *said),
    )


def prune_blocked(graph: MetabolicGraph) -> MetabolicGraph:
    """The network without the reactions that no medium can give a flux (see `blocked.blocked_reactions`)."""
    blocked = blocked_reactions(graph)
    return keep_reactions(graph, np.flatnonzero(~blocked), "blocked with every exchange open")


def keep_active(graph: MetabolicGraph, flux: Float[np.ndarray, "media reactions"]) -> MetabolicGraph:
    """The network of what carries a flux in some media, of exchanges, of what must run and of what is maximised.

    Fluxes in mmol/gDW/h. A nutrient that no medium offered stays without a transporter that these media did not use:
    ask such a network of media like these alone.

    Raises:
        MetabolicError: there is not one flux per reaction.
    """
    if flux.shape[1] != len(graph.reactions):
        raise MetabolicError(
            f"expected a flux for each of {len(graph.reactions)} reactions of {graph.name}, got {flux.shape[1]}"
        )
    kept = (np.abs(flux) > TOLERANCE).any(0) | (graph.lower > 0) | (graph.upper < 0) | (graph.objective != 0)
    kept[graph.exchanges] = True
    return keep_reactions(
        graph, np.flatnonzero(kept), f"without flux in {agreeing(len(flux), 'medium', 'media')}"
    )


def drop_unbalanced(graph: MetabolicGraph) -> MetabolicGraph:
    """The network without reactions that make or lose atoms or charge; what is maximised is kept."""
    unbalanced = np.isin(graph.reactions["id"].to_numpy(), graph.unbalanced) & (graph.objective == 0)
    return keep_reactions(graph, np.flatnonzero(~unbalanced), "unbalanced")


def drop_currency(graph: MetabolicGraph, max_degree: int = 50) -> MetabolicGraph:
    """The network without metabolites of more than `max_degree` reactions (h, h2o, atp …).

    By degree alone, whatever they are: with a low limit pyruvate goes too. Pictures of runs know cofactors by id
    (`pictures.currency.is_currency`). For neighbourhoods, not for fluxes, which need not balance in what is left.
    All reactions stay; where no metabolite has so many, `excluded` says so.
    """
    if max_degree < 1:
        raise MetabolicError(f"max_degree: expected at least 1, got {max_degree}")
    degree = np.diff(graph.stoichiometry.indptr)
    currency, why = degree > max_degree, f"in more than {max_degree} reactions (currency)"
    said = _left_out("metabolite", graph.metabolites, currency, why)
    if not said and len(degree):
        most = graph.metabolites["id"][int(degree.argmax())]
        said = [f"no metabolite {why}; {most} is in most, {degree.max()}"]
    return replace(
        graph,
        stoichiometry=graph.stoichiometry[~currency],
        metabolites=graph.metabolites.filter(~currency),
        excluded=(*graph.excluded, *said),
    )


def subgraph(graph: MetabolicGraph, subsystem: str) -> MetabolicGraph:
    """The reactions of one subsystem with their metabolites.

    Raises:
        MetabolicError: the network has no such subsystem.
    """
    if subsystem not in graph.subsystems:
        meant = COMMON_NAMES.get(subsystem.casefold(), subsystem)
        raise unknown("subsystem", subsystem, graph.subsystems, meant)
    inside = np.flatnonzero(graph.pathway == graph.subsystems.index(subsystem))
    return replace(keep_reactions(graph, inside, f"outside {subsystem}"), name=f"{graph.name}: {subsystem}")


def replicate(graph: MetabolicGraph, k: int) -> MetabolicGraph:
    """Unconnected copies, the ids followed by __1 to __k: a community before its members are joined.

    S becomes block-diagonal, and every copy has its own exchanges. Genes keep their ids: one that is lost is lost
    in every copy.
    """
    if k < 1:
        raise MetabolicError(f"replicate: expected at least one copy, got {k}")
    metabolites, reactions = (
        pl.concat(table.with_columns(pl.col("id") + f"__{copy}") for copy in range(1, k + 1))
        for table in (graph.metabolites, graph.reactions)
    )
    return replace(
        graph,
        name=f"{graph.name} ×{k}",
        stoichiometry=sparse.csr_array(sparse.block_diag([graph.stoichiometry] * k)),
        metabolites=metabolites,
        reactions=reactions,
    )


def _left_out(what: str, table: pl.DataFrame, lost: Bool[np.ndarray, " rows"], why: str) -> list[str]:
    names = table["id"].filter(pl.Series(lost)).to_list()
    return [counted(names, what, why)] if names else []
