"""What attributions are held against in one medium: fluxes, prices, and what deletions cost. Imports no torch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.deletions import reaction_deletions
from graph_attention.truth.flux_balance import best_growth, pfba
from graph_attention.truth.media import Medium
from graph_attention.truth.variability import flux_variability

UNIQUE = 1e-6
"""A flux is unique where the best growth lets it vary by no more, mmol/gDW/h."""


@dataclass(frozen=True)
class Truths:
    """One number per reaction or per metabolite of a network in a medium."""

    growth: float
    flux: Float[np.ndarray, " reactions"]
    """Parsimonious flux, mmol/gDW/h."""
    unique_flux: Float[np.ndarray, " reactions"]
    """|flux| where the best growth allows no other; NaN elsewhere, and where a reaction carries none."""
    shadow_price: Float[np.ndarray, " metabolites"]
    reaction_deletion: Float[np.ndarray, " reactions"]
    """Share of growth that is lost without a reaction."""
    metabolite_deletion: Float[np.ndarray, " metabolites"]
    """Share of growth that is lost where nothing may use a metabolite."""

    @classmethod
    def of(cls, graph: MetabolicGraph, medium: Medium) -> "Truths":
        """Solve for all of them: a linear program per active reaction and metabolite, and two for its range.

        Raises:
            MetabolicError: nothing grows on the medium.
        """
        best = pfba(graph, medium)
        if not best.growth > 0:
            raise MetabolicError(f"nothing grows on {medium.name}, so that no deletion can be told")
        active = graph.reactions["id"].filter(best.flux != 0).to_list()
        low, high = flux_variability(graph, medium, active)
        unique = np.full(best.flux.size, np.nan)
        unique[np.flatnonzero(best.flux)[high - low <= UNIQUE]] = 0.0
        left = reaction_deletions(graph, medium)
        return cls(
            growth=best.growth,
            flux=best.flux,
            unique_flux=unique + np.abs(best.flux),
            shadow_price=best.shadow_price,
            reaction_deletion=lost(left, best.growth),
            metabolite_deletion=lost(metabolite_deletions(graph, medium), best.growth),
        )


def lost(growth: Float[np.ndarray, " deletions"], whole: float) -> Float[np.ndarray, " deletions"]:
    """1 − μ / μ_whole, from 0 to 1."""
    return np.clip(1 - growth / whole, 0.0, 1.0)


def metabolite_deletions(graph: MetabolicGraph, medium: Medium) -> Float[np.ndarray, " metabolites"]:
    """Growth per hour when no reaction may use a metabolite; what the medium's flux does not turn over costs nothing.

    Metabolite essentiality, Kim et al. 2007: every reaction is closed in the direction that uses it.
    """
    best, bounds = pfba(graph, medium), medium.bounds(graph)
    turned = np.asarray(abs(graph.stoichiometry) @ np.abs(best.flux)).ravel() > 0
    growth = np.full(turned.size, best.growth)
    columns = graph.stoichiometry.tocsr()
    for metabolite in np.flatnonzero(turned):
        row = columns[[metabolite]]
        growth[metabolite] = _growth_unused(graph, bounds, row.indices, row.data)
    return growth


def _growth_unused(
    graph: MetabolicGraph,
    bounds: tuple[np.ndarray, np.ndarray],
    reactions: np.ndarray,
    coefficients: np.ndarray,
) -> float:
    lower, upper = (bound.copy() for bound in bounds)
    forward, backward = reactions[coefficients < 0], reactions[coefficients > 0]
    upper[forward], lower[backward] = np.minimum(upper[forward], 0), np.maximum(lower[backward], 0)
    if (lower > upper).any():
        return 0.0  # a reaction that must run, such as maintenance, uses it
    return best_growth(graph, (lower, upper)).growth
