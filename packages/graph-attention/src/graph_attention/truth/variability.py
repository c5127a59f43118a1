"""How far a flux can go while the cell still grows."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.sparse import csc_array, csr_array, hstack, vstack

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.deletions import places
from graph_attention.truth.flux_balance import FluxSolution, pfba
from graph_attention.truth.linear_program import OPTIMAL, minimise
from graph_attention.truth.media import Bounds, Medium

PRICED = 1e-7
"""Reduced cost above which every optimum has the flux at its bound; the solver's tolerance."""

Range = tuple[Float[np.ndarray, " reactions"], Float[np.ndarray, " reactions"]]


def flux_variability(
    graph: MetabolicGraph, medium: Medium, reactions: Sequence[str] | None = None, fraction: float = 1.0
) -> Range:
    """The smallest and the largest flux of each reaction at a fraction of the best growth, mmol/gDW/h.

    Flux variability analysis (Mahadevan & Schilling 2003): min and max v_r subject to S v = 0, the bounds, and
    cᵀv ≥ fraction · best growth. Loops that need no nutrient are not removed.

    Args:
        graph: the network.
        medium: what it grows on.
        reactions: ids; all where not given. Each costs two linear programs.
        fraction: of the best growth, 0 to 1.

    Raises:
        MetabolicError: the medium is infeasible, a reaction unknown, or the fraction outside 0 to 1.
    """
    if not 0 <= fraction <= 1:
        raise MetabolicError(f"fraction: expected 0 to 1, got {fraction}")
    chosen = places(graph, graph.reactions["id"].to_list() if reactions is None else reactions)
    best = pfba(graph, medium)
    if not best.feasible:
        raise MetabolicError(f"medium {medium.name} is infeasible on {graph.name}: there is no flux to vary")
    face = _Face(graph, medium.bounds(graph), best, fraction)
    for reaction in chosen:
        face.stretch(reaction)
    return face.low[chosen], face.high[chosen]


class _Face:
    """The fluxes that grow fast enough, and how far those seen so far reach."""

    def __init__(self, graph: MetabolicGraph, bounds: Bounds, best: FluxSolution, fraction: float):
        self.lower, self.upper = _narrowed(bounds, best, fraction)
        self.low, self.high = best.flux.copy(), best.flux.copy()
        self.free = np.flatnonzero(self.upper > self.lower)
        fixed = np.flatnonzero(self.upper <= self.lower)
        rows = csc_array(vstack([graph.stoichiometry, csr_array(graph.objective[None])]))
        last = len(graph.metabolites)
        surplus = csr_array(([1.0], ([last], [0])), shape=(last + 1, 1))
        self.matrix = csr_array(hstack([rows[:, self.free], -surplus], format="csr"))
        needed = np.append(np.zeros(last), fraction * best.growth)
        self.rhs = needed - rows[:, fixed] @ self.lower[fixed]

    def stretch(self, reaction: int) -> None:
        """Find how far one flux reaches; where a flux seen before has reached its bound there is nothing to solve."""
        if reaction not in self.free:
            self.low[reaction] = self.high[reaction] = self.lower[reaction]
            return
        if self.low[reaction] > self.lower[reaction]:
            self._see(reaction, 1.0)
        if self.high[reaction] < self.upper[reaction]:
            self._see(reaction, -1.0)

    def _see(self, reaction: int, sign: float) -> None:
        cost = np.append(sign * (self.free == reaction), 0.0)
        lower, upper = np.append(self.lower[self.free], 0.0), np.append(self.upper[self.free], np.inf)
        found = minimise(cost, self.matrix, self.rhs, lower, upper)
        if found.status != OPTIMAL:
            raise MetabolicError(
                f"no flux was found again at the best growth: {found.status}; lower the fraction"
            )
        self.low[self.free] = np.minimum(self.low[self.free], found.x[:-1])
        self.high[self.free] = np.maximum(self.high[self.free], found.x[:-1])


def _narrowed(bounds: Bounds, best: FluxSolution, fraction: float) -> Bounds:
    """At the best growth what has a reduced cost stays at its bound in every optimum (complementary slackness)."""
    lower, upper = bounds
    fixed = (np.abs(best.reduced_cost) > PRICED) & (fraction == 1)
    at = np.where(best.reduced_cost > 0, upper, lower)
    return np.where(fixed, at, lower), np.where(fixed, at, upper)
