"""Flux balance analysis, and its parsimonious form with a deterministic choice among equal optima."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csc_array, csr_array, hstack, vstack

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.linear_program import FINE, OPTIMAL, TOLERANCE, Optimum, minimise
from graph_attention.truth.media import Bounds, Medium

TIE_BREAK = 1e-3
"""How much the weights of two reactions may differ in a parsimonious solution."""


@dataclass(frozen=True)
class FluxSolution:
    """What a network does on a medium; all fluxes in mmol per gram of dry weight and hour.

    Where status is "infeasible" (maintenance cannot be paid) growth and flux are 0 and the prices NaN.
    """

    growth: float
    """The objective, per hour."""
    flux: Float[np.ndarray, "reactions"]
    shadow_price: Float[np.ndarray, "metabolites"]
    """∂ growth / ∂ b where S v = b: what it costs to drain one unit of a metabolite, as in COBRApy. So −1 × it is
    what one more unit would be worth."""
    reduced_cost: Float[np.ndarray, "reactions"]
    """∂ growth / ∂ (the bound that a flux sits at); 0 between the bounds."""
    status: str

    def __repr__(self) -> str:
        """Status, growth, and how many reactions carry flux."""
        used = f"{int((abs(self.flux) > TOLERANCE).sum())} of {len(self.flux)} reactions carry flux"
        return f"FluxSolution({self.status}: growth {self.growth:.6g} per hour, {used})"

    @property
    def feasible(self) -> bool:
        """Whether any flux at all meets balance and bounds."""
        return self.status == OPTIMAL


def fba(graph: MetabolicGraph, medium: Medium) -> FluxSolution:
    """Flux balance analysis, max cᵀv subject to S v = 0 and lower ≤ v ≤ upper (Orth et al. 2010).

    The growth is unique; which of the optimal fluxes, and of degenerate prices, comes back is not: see `pfba`.

    Raises:
        MetabolicError: the network has no objective, or the medium offers what it does not exchange.
    """
    return best_growth(graph, medium.bounds(graph))


def pfba(graph: MetabolicGraph, medium: Medium, seed: int | None = 0) -> FluxSolution:
    """Parsimonious flux balance analysis, min Σ_r w_r |v_r| at the largest growth (Lewis et al. 2010).

    With w = 1 the minimum is often reached by several fluxes. Here w_r = 1 + 10⁻³ u_r, and u_r in [0, 1) comes
    from a hash of the seed and the reaction's id: one flux is left, it is the same in every run and on every
    pruned copy of the network, and its total exceeds the least one by at most 0.1 %. `seed=None` takes w = 1.
    Prices are those of the growth, not of the total.

    Raises:
        MetabolicError: as `fba`.
    """
    bounds = medium.bounds(graph)
    solution = best_growth(graph, bounds)
    if not solution.feasible:
        return solution
    flux = least_flux(graph, bounds, solution.growth, tie_break_weights(graph, seed))
    return replace(solution, flux=flux)


def best_growth(graph: MetabolicGraph, bounds: Bounds) -> FluxSolution:
    """Flux balance analysis between given bounds."""
    if not graph.objective.any():
        raise MetabolicError(f"{graph.name} has no objective; set the coefficient of its biomass reaction")
    balance = np.zeros(len(graph.metabolites))
    found = minimise(-graph.objective, graph.stoichiometry, balance, *bounds, tolerance=FINE)
    flux, growth = (
        # 0.0 is added, for a growth of -0.0 reads as a loss.
        (found.x, 0.0 - found.value) if found.status == OPTIMAL else (np.zeros(len(graph.objective)), 0.0)
    )
    return FluxSolution(growth, flux, -found.row_price, -found.bound_price, found.status)


def tie_break_weights(graph: MetabolicGraph, seed: int | None) -> Float[np.ndarray, "reactions"]:
    """The weights w of `pfba`."""
    if seed is None:
        return np.ones(len(graph.reactions))
    digests = [hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in graph.reactions["id"]]
    draws = np.array([int.from_bytes(digest[:7], "big") for digest in digests]) / 2.0**56
    return 1 + TIE_BREAK * draws


def least_flux(
    graph: MetabolicGraph, bounds: Bounds, growth: float, weights: Float[np.ndarray, "reactions"]
) -> Float[np.ndarray, "reactions"]:
    """The flux of least weighted total that grows as fast as given.

    Raises:
        MetabolicError: nothing grows that fast between these bounds.
    """
    lower, upper = bounds
    backward = np.flatnonzero(lower < 0)
    found = minimise(
        np.concatenate([weights, weights[backward]]),
        _both_ways(graph, backward),
        np.append(np.zeros(len(graph.metabolites)), growth),
        np.concatenate([np.maximum(lower, 0), np.maximum(-upper[backward], 0)]),
        np.concatenate([np.maximum(upper, 0), -lower[backward]]),
    )
    return _net(found, graph, backward, growth)


def _both_ways(graph: MetabolicGraph, backward: Int[np.ndarray, "reversed"]) -> csr_array:
    """[S; c], with the columns that can run backward once more, negated."""
    objective = csr_array(graph.objective[None])
    forward = csc_array(vstack([graph.stoichiometry, objective]))
    return csr_array(hstack([forward, -forward[:, backward]], format="csr"))


def _net(found: Optimum, graph: MetabolicGraph, backward: np.ndarray, growth: float) -> np.ndarray:
    if found.status != OPTIMAL:
        raise MetabolicError(f"{graph.name} has no flux at a growth of {growth:.6g} per hour: {found.status}")
    flux = found.x[: len(graph.objective)].copy()
    flux[backward] -= found.x[len(flux) :]
    return flux
