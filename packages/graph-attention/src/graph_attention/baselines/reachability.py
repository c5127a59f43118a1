"""What can run and what can be made, told from the structure of a network: no linear program and no flux."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float, Int

from graph_attention.network.graph import MetabolicGraph

Bounds = tuple[Float[np.ndarray, " reactions"], Float[np.ndarray, " reactions"]]


@dataclass(frozen=True, eq=False)
class Reachability:
    """A network between bounds, its reactions taken one direction at a time: forward, then backward.

    Signs of coefficients, signs of bounds and nothing else are read, so that what is found holds for every flux.
    """

    graph: MetabolicGraph
    bounds: Bounds

    @cached_property
    def allowed(self) -> Bool[np.ndarray, " directed"]:
        """Directions that the bounds leave open."""
        lower, upper = self.bounds
        return np.concatenate([upper > 0, lower < 0])

    @cached_property
    def used(self) -> sp.csr_array:
        """`[metabolites, directed]`, 1 where a direction uses a metabolite."""
        return sp.csr_array(sp.hstack([substrates(self.graph), products(self.graph)]))

    @cached_property
    def made(self) -> sp.csr_array:
        """`[metabolites, directed]`, 1 where a direction makes a metabolite."""
        return sp.csr_array(sp.hstack([products(self.graph), substrates(self.graph)]))

    @cached_property
    def _users(self) -> tuple[sp.csr_array, sp.csr_array]:
        """What each direction uses and makes, `[directed, metabolites]`."""
        return self.used.T.tocsr(), self.made.T.tocsr()

    def runnable(
        self, removed: Int[np.ndarray, " lost"], start: Bool[np.ndarray, " directed"] | None = None
    ) -> Bool[np.ndarray, " directed"]:
        """Directions that may carry flux at steady state: the largest set in which all are fed and drained.

        A direction is out where nothing else makes one of the metabolites it uses, or nothing else uses one that
        it makes; its own reverse does not count. Repeated until nothing changes: a necessary condition, so that
        what is out is blocked in truth. `start` is what is known to be runnable with nothing removed.
        """
        running = self._without(self.allowed if start is None else start, removed)
        while True:
            left = running & self._fed_and_drained(running)
            if np.array_equal(left, running):
                return running
            running = left

    def _fed_and_drained(self, running: Bool[np.ndarray, " directed"]) -> Bool[np.ndarray, " directed"]:
        users, makers = self._users
        makes, uses = self.made @ running.astype(float), self.used @ running.astype(float)
        alone = running & np.roll(running, len(running) // 2)
        # Where a reaction runs both ways, one of the makers of what it uses is its own reverse.
        starved = np.where(alone, users @ (makes < 2).astype(float), users @ (makes < 1).astype(float))
        stuck = np.where(alone, makers @ (uses < 2).astype(float), makers @ (uses < 1).astype(float))
        return np.equal(starved, 0) & np.equal(stuck, 0)

    def reached(
        self, seeds: Bool[np.ndarray, " metabolites"], removed: Int[np.ndarray, " lost"]
    ) -> Bool[np.ndarray, " metabolites"]:
        """The scope of seeds: what can be made step by step, each reaction once all that it uses is there.

        Network expansion (Handorf, Ebenhöh & Heinrich 2005). What the medium offers is there from the start.
        """
        users, _ = self._users
        allowed = self._without(self.allowed, removed)
        needs = np.diff(users.indptr)
        there = seeds
        while True:
            running = allowed & (users @ there.astype(float) == needs)
            reached = there | (self.made @ running.astype(float) > 0)
            if np.array_equal(reached, there):
                return there
            there = reached

    @staticmethod
    def _without(
        directed: Bool[np.ndarray, " directed"], removed: Int[np.ndarray, " lost"]
    ) -> Bool[np.ndarray, " directed"]:
        left = directed.copy()
        left[removed] = False
        left[removed + len(directed) // 2] = False
        return left


def substrates(graph: MetabolicGraph) -> sp.csc_array:
    """`[metabolites, reactions]`, 1 where a reaction as it is written uses a metabolite."""
    return _pairs(graph, graph.edges.coefficient < 0)


def products(graph: MetabolicGraph) -> sp.csc_array:
    """`[metabolites, reactions]`, 1 where a reaction as it is written makes a metabolite."""
    return _pairs(graph, graph.edges.coefficient > 0)


def _pairs(graph: MetabolicGraph, which: Bool[np.ndarray, " edges"]) -> sp.csc_array:
    place = (graph.edges.metabolite[which], graph.edges.reaction[which])
    return sp.csc_array((np.ones(int(which.sum())), place), shape=graph.stoichiometry.shape)
