"""The steady states of a network, and those that are extreme in some way."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy import sparse
from scipy.optimize import linprog

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import OPEN


@dataclass(frozen=True)
class SteadyStates:
    """All fluxes with S v = 0 and lower ≤ v ≤ upper."""

    graph: MetabolicGraph
    lower: Float[np.ndarray, " reactions"]
    upper: Float[np.ndarray, " reactions"]

    @classmethod
    def with_exchanges_open(cls, graph: MetabolicGraph) -> "SteadyStates":
        """Every exchange from -1000 to 1000 at least; the other bounds as they are."""
        lower, upper = graph.lower.copy(), graph.upper.copy()
        lower[graph.exchanges] = np.minimum(lower[graph.exchanges], -OPEN)
        upper[graph.exchanges] = np.maximum(upper[graph.exchanges], OPEN)
        return cls(graph, np.maximum(lower, -OPEN), np.minimum(upper, OPEN))

    @property
    def both_ways(self) -> Bool[np.ndarray, " reactions"]:
        """Whether a flux may have either sign."""
        return (self.lower < 0) & (self.upper > 0)

    @property
    def direction(self) -> Float[np.ndarray, " reactions"]:
        """-1 where a flux may be negative only, otherwise 1."""
        return np.where((self.lower < 0) & (self.upper <= 0), -1.0, 1.0)

    def maximise(self, weights: Float[np.ndarray, " reactions"]) -> Float[np.ndarray, " reactions"]:
        """A steady state with the largest Σ_r w_r v_r."""
        return self._solved(c=-weights, A_eq=self.graph.stoichiometry, bounds=self._bounds)

    def spread(
        self, signs: Float[np.ndarray, " reactions"], chosen: Bool[np.ndarray, " reactions"]
    ) -> Float[np.ndarray, " reactions"]:
        """A steady state with the largest Σ_r min(s_r v_r, 1) over the chosen reactions: a flux for many of them."""
        columns = np.flatnonzero(chosen)
        count, rows = len(columns), len(self.graph.metabolites)
        signed = sparse.csr_array((signs[columns], (np.arange(count), columns)), shape=(count, len(chosen)))
        solved = self._solved(
            c=np.concatenate([np.zeros(len(chosen)), -np.ones(count)]),
            A_eq=sparse.hstack([self.graph.stoichiometry, sparse.csr_array((rows, count))]),
            A_ub=sparse.hstack([-signed, sparse.eye_array(count)]),
            b_ub=np.zeros(count),
            bounds=[*self._bounds, *[(-np.inf, 1.0)] * count],
        )
        return solved[: len(chosen)]

    @property
    def _bounds(self) -> list[tuple[float, float]]:
        return list(zip(self.lower.tolist(), self.upper.tolist(), strict=True))

    def _solved(self, **programme: Any) -> Float[np.ndarray, " variables"]:
        """The solution of a linear programme whose equations are S v = 0."""
        found = linprog(b_eq=np.zeros(len(self.graph.metabolites)), method="highs", **programme)
        if not found.success:
            name = self.graph.name
            raise MetabolicError(
                f"{name}: no steady state with every exchange open; check its bounds: {found.message}"
            )
        return found.x
