"""Attention from pathway to pathway, along reactions that share a metabolite."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import sparse

from graph_attention.network.graph import MetabolicGraph

Square = Float[np.ndarray, "subsystems subsystems"]
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class PathwayFlow:
    """What the reactions of a subsystem (rows) attend to in the reactions of another (columns), in two steps.

        F_gh = mean over r in g of Σ_m w_rm Σ_{r' in h, r' ≠ r} w_mr'

    `expected` is its mean over draws in which each node's weights are dealt out anew among its edges, so that degrees
    stay. p is two-sided: how often the largest |z| of all cells of a draw is as large (Westfall & Young 1993), so that
    the chance of any false alarm in the whole matrix is held.
    """

    subsystems: tuple[str, ...]
    flow: Square
    expected: Square
    p: Square
    """Corrected for all cells; NaN where nothing can flow."""
    draws: int

    @cached_property
    def ratio(self) -> Square:
        """Flow over what is expected, 1 where attention does not care; NaN where nothing can flow."""
        return np.divide(
            self.flow, self.expected, out=np.full(self.flow.shape, np.nan), where=self.expected > 0
        )

    @property
    def significant(self) -> Bool[np.ndarray, "subsystems subsystems"]:
        """Whether p, corrected, is below 0.05."""
        return np.nan_to_num(self.p, nan=1.0) < SIGNIFICANT

    @property
    def null(self) -> str:
        """What it is held against, in words."""
        return f"each node's weights shuffled among its edges, {self.draws} draws"


def pathway_flow(
    graph: MetabolicGraph,
    edges: Int[np.ndarray, "2 edges"],
    weights: Float[np.ndarray, " edges"],
    *,
    draws: int = 199,
    seed: int = 0,
) -> PathwayFlow:
    """Flow from subsystem to subsystem of one map, and under its null; the same seed gives the same numbers."""
    steps = _Steps(graph, edges)
    flow, rng = steps.flow(weights), np.random.default_rng(seed)
    drawn = np.stack([steps.flow(steps.dealt(weights, rng)) for _ in range(draws)])
    mean, spread = drawn.mean(0), drawn.std(0)
    # Where each node has one edge nothing can be dealt out otherwise, and rounding would be all there is.
    can = spread > 1e-9 * np.maximum(mean, np.finfo(float).tiny)
    scale = np.where(can, spread, np.inf)
    largest = np.abs((drawn - mean) / scale).max((1, 2))
    reached = (largest[:, None, None] >= np.abs((flow - mean) / scale) - 1e-12).sum(0)
    return PathwayFlow(
        graph.subsystems, flow, mean, np.where(can, (1 + reached) / (1 + draws), np.nan), draws
    )


class _Steps:
    """The two steps as products of sparse matrices, for one network."""

    def __init__(self, graph: MetabolicGraph, edges: Int[np.ndarray, "2 edges"]):
        self.metabolites, self.reactions = len(graph.metabolites), len(graph.reactions)
        self.key, self.query = edges
        self.order = np.argsort(self.query, kind="stable")
        self.pathway, count = graph.pathway, len(graph.subsystems)
        ones = np.ones(self.reactions)
        self.member = sparse.csr_array(
            (ones, (np.arange(self.reactions), self.pathway)), (self.reactions, count)
        )
        self.sizes = np.maximum(np.bincount(self.pathway, minlength=count), 1)

    def flow(self, weights: Float[np.ndarray, " edges"]) -> Square:
        """Mean over the reactions of each subsystem; what comes back to the same reaction is left out."""
        whole = sparse.csr_array((weights, (self.query, self.key)), (self.metabolites + self.reactions,) * 2)
        first = whole[self.metabolites :, : self.metabolites]
        second = whole[: self.metabolites, self.metabolites :]
        reached = (first @ (second @ self.member)).toarray()
        back = first.multiply(second.T.tocsr()).sum(1)
        reached[np.arange(self.reactions), self.pathway] -= back
        return np.maximum((self.member.T @ reached), 0.0) / self.sizes[:, None]

    def dealt(
        self, weights: Float[np.ndarray, " edges"], rng: np.random.Generator
    ) -> Float[np.ndarray, " edges"]:
        """The weights of each node, in another order among its edges."""
        made = np.empty_like(weights)
        made[self.order] = weights[np.lexsort((rng.random(weights.size), self.query))]
        return made
