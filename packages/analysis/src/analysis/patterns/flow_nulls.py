"""What the flow of attention between groups would be if only the degrees of tokens mattered."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from analysis.errors import AnalysisError
from analysis.patterns.attention import AttentionPattern
from analysis.patterns.dense import DensePattern
from analysis.patterns.edges import EdgePattern
from analysis.patterns.grouping import Grouping, Groups
from analysis.patterns.stored import StoredPattern

Flows = Float[np.ndarray, "draws heads query_groups key_groups"]


class FlowNull(ABC):
    """Flows between groups, summed over the items of a batch, of attention with the same degrees."""

    @abstractmethod
    def flows(self, pattern: AttentionPattern, query_groups: Groups, key_groups: Groups) -> Flows:
        """One flow per draw."""


@dataclass(frozen=True)
class QueryShuffle(FlowNull):
    """For matrices and summaries: rows are dealt out anew among the queries.

    Every row stays as sharp as it is and every key receives exactly what it receives, so that the mean of the
    draws is the configuration model's (attention sent by g) · (attention received by h) / all. Queries that
    attend nothing in some item stay where they are; all items are shuffled alike. Attention of a token to itself
    counts as attention to its own group and has no place in the null: a layer that attends to itself is enriched
    within every group.

    Raises:
        AnalysisError: queries may attend different keys, so that their rows cannot be exchanged.
    """

    draws: int = 1000
    seed: int = 0

    def flows(self, pattern: AttentionPattern, query_groups: Groups, key_groups: Groups) -> Flows:
        """One flow per draw."""
        _check_exchangeable(pattern)
        mass, axes = pattern.mass(key_groups), tuple(range(len(pattern.shape) - 3))
        queries, total = pattern.shape[-2], mass.sum(axes)
        member = Grouping.of(query_groups, queries, "query groups").member.T.astype(float)
        free = np.flatnonzero((pattern.sent() > 0).all((*axes, len(axes))))
        rng = np.random.default_rng(self.seed)
        made = np.empty((self.draws, *total.shape[:-2], len(member), total.shape[-1]))
        for draw in made:
            place = np.arange(queries)
            place[free] = rng.permutation(free)
            draw[:] = member @ total[:, place]
        return made


@dataclass(frozen=True)
class EdgeSwaps(FlowNull):
    """For edges: the keys of pairs of edges change places, over and over.

    Every query keeps its number of keys and its weights, every key its number of queries, and no edge comes
    to stand twice; with `kinds` only edges of one kind swap, and without `loops` no token comes to attend
    itself (for graphs where queries and keys are the same tokens and none does). A sweep pairs all edges at
    random and swaps each pair that no other pair can get in the way of with probability 1/2, which is
    symmetric; draws start from a common ancestor of what was observed, so that p is exact whatever the number
    of sweeps (Besag & Clifford 1989), while too few pull the ratio towards 1.

    Raises:
        AnalysisError: attention was not stored as edges, no edge can be swapped, or a token attends itself where
            none may.
    """

    draws: int = 500
    sweeps: int = 5
    seed: int = 0
    kinds: tuple | None = None
    loops: bool = True

    def flows(self, pattern: AttentionPattern, query_groups: Groups, key_groups: Groups) -> Flows:
        """One flow per draw."""
        if not isinstance(pattern, EdgePattern):
            raise AnalysisError(
                "edge swaps need attention on edges; use QueryShuffle for matrices and summaries"
            )
        weights = pattern.weights.sum(tuple(range(pattern.weights.ndim - 2)))
        sides = Grouping.of(query_groups, pattern.queries, "query groups").member[pattern.edges[1]]
        member = Grouping.of(key_groups, pattern.keys, "key groups").member
        gather = sparse.csr_array(sides.T.astype(float))
        made = [_flow(gather, weights, member[keys]) for keys in self.rewired(pattern)]
        return np.stack(made)

    def rewired(self, pattern: EdgePattern) -> Iterator[Int[np.ndarray, " edges"]]:
        """The keys of the edges, draw after draw."""
        rng, kind = np.random.default_rng(self.seed), self._checked_kinds(pattern)
        ancestor, swapped = self._walk(pattern, pattern.edges[0], kind, rng)
        if not swapped:
            raise AnalysisError(
                "no edge can be swapped: every query has every key; store it as a DensePattern"
            )
        for _ in range(self.draws):
            yield self._walk(pattern, ancestor, kind, rng)[0]

    def _checked_kinds(self, pattern: EdgePattern) -> np.ndarray:
        keys, queries = pattern.edges
        kind = np.unique(self.kinds or [0] * keys.size, return_inverse=True)[1]
        if kind.shape != keys.shape:
            raise AnalysisError(f"expected one kind per edge ({keys.size}), got {kind.size}")
        if not self.loops and (queries == keys).any():
            raise AnalysisError(
                f"{int((queries == keys).sum())} tokens attend themselves; leave these edges out"
            )
        return kind

    def _walk(
        self, pattern: EdgePattern, keys: np.ndarray, kind: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, int]:
        """Some sweeps; also how many pairs of edges were free to swap."""
        swapped = 0
        for _ in range(self.sweeps):
            keys, count = self._sweep(pattern.edges[1], keys, kind, pattern.keys, rng)
            swapped += count
        return keys, swapped

    def _sweep(
        self, queries: np.ndarray, keys: np.ndarray, kind: np.ndarray, count: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, int]:
        """Swap the keys of random disjoint pairs of edges; also how many pairs were free to."""
        order = rng.permutation(keys.size)
        order = order[np.argsort(kind[order], kind="stable")] if self.kinds else order
        one, two = order[: keys.size // 2 * 2].reshape(-1, 2).T
        codes = np.stack([queries[one] * count + keys[one], queries[two] * count + keys[two]])
        crossed = np.stack([queries[one] * count + keys[two], queries[two] * count + keys[one]])
        left = order[keys.size // 2 * 2 :]
        everything = np.concatenate([codes.ravel(), crossed.ravel(), queries[left] * count + keys[left]])
        # A pair is free if nothing it is or would be is what another pair is or would be.
        _, index, times = np.unique(everything, return_inverse=True, return_counts=True)
        alone = times[index[: 4 * one.size]].reshape(4, -1)
        free = (alone == 1).all(0) & (kind[one] == kind[two])
        if not self.loops:
            free &= (queries[one] != keys[two]) & (queries[two] != keys[one])
        chosen = free & (rng.random(one.size) < 0.5)
        made = keys.copy()
        made[one[chosen]], made[two[chosen]] = keys[two[chosen]], keys[one[chosen]]
        return made, int(free.sum())


def null_for(pattern: AttentionPattern, *, seed: int = 0) -> FlowNull:
    """The null that keeps degrees for what was stored."""
    return EdgeSwaps(seed=seed) if isinstance(pattern, EdgePattern) else QueryShuffle(seed=seed)


def _flow(gather: sparse.csr_array, weights: np.ndarray, member: np.ndarray) -> np.ndarray:
    columns = (weights[:, :, None] * member[:, None, :]).reshape(len(weights), -1)
    flow = (gather @ columns).reshape(-1, weights.shape[1], member.shape[1])
    return flow.swapaxes(0, 1)


def _check_exchangeable(pattern: AttentionPattern) -> None:
    differs = False
    if isinstance(pattern, DensePattern) and pattern.allowed is not None:
        there = np.broadcast_to(pattern.allowed, pattern.shape)
        attends = there.any(-1)
        differs = (there != there.any(-2, keepdims=True))[attends].any()
    if isinstance(pattern, StoredPattern) and pattern.keys is not None:
        differs = np.ptp(np.broadcast_to(pattern.keys, pattern.shape[:-1])[pattern.attending()]) > 0
    if isinstance(pattern, EdgePattern) or differs:
        raise AnalysisError(
            "queries may attend different keys, so rows cannot be exchanged; use EdgeSwaps on edges"
        )
