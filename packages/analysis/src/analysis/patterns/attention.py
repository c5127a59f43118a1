"""What stored attention answers, whatever it was stored as."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy import sparse

from analysis.errors import AnalysisError
from analysis.patterns.grouping import Grouping, Groups
from analysis.shown import Shown

ROW_STATISTICS = ("entropy", "normalised_entropy", "effective_keys", "participation", "largest", "gini")
RowStatistic = Float[np.ndarray, "*batch heads queries"]


@dataclass(frozen=True)
class Moments:
    """The plain figures of the weights of each head: mean, standard deviation, smallest and largest.

    They are over the pairs that may attend. NaN is what cannot be known from what was stored.
    """

    mean: Float[np.ndarray, " heads"]
    variance: Float[np.ndarray, " heads"]
    smallest: Float[np.ndarray, " heads"]
    largest: Float[np.ndarray, " heads"]
    count: int

    @property
    def sd(self) -> Float[np.ndarray, " heads"]:
        """Standard deviation."""
        return np.sqrt(self.variance)

    @property
    def range(self) -> Float[np.ndarray, " heads"]:
        """Largest less smallest."""
        return self.largest - self.smallest


class AttentionPattern(ABC, Shown):
    """The attention `[*batch, heads, queries, keys]` of one layer.

    Rows sum to one, or to zero where a query may attend nothing; such rows have no statistics (NaN). A
    statistic that cannot be had from what was stored is NaN everywhere, and `gaps` says why.
    """

    def shown(self) -> Iterator[tuple[str, Any]]:
        """Its shape, what it holds, and what cannot be had from it."""
        yield "[*batch, heads, queries, keys]", str(self.shape)
        yield from super().shown()
        yield from self.gaps.items()

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """`[*batch, heads, queries, keys]`."""

    @property
    def gaps(self) -> dict[str, str]:
        """Why a statistic cannot be had, by its name."""
        return {}

    @abstractmethod
    def row_statistics(self) -> dict[str, RowStatistic]:
        """Entropy and the like of each query, by the names in `ROW_STATISTICS`."""

    @abstractmethod
    def below(self, threshold: float) -> RowStatistic:
        """Sparsity: the share of its keys to which a query gives less than a threshold."""

    @abstractmethod
    def moments(self) -> Moments:
        """The plain figures of the weights."""

    @abstractmethod
    def received(self) -> Float[np.ndarray, "*batch heads keys"]:
        """c_j = Σ_i p_ij: how much attention each key gets."""

    @abstractmethod
    def sent(self) -> RowStatistic:
        """Σ_j p_ij: one for each query that attends, zero for the others."""

    @abstractmethod
    def mass(self, groups: Groups) -> Float[np.ndarray, "*batch heads queries groups"]:
        """The weight each query puts on each group of keys."""

    @abstractmethod
    def distance(
        self,
        query_positions: Float[np.ndarray, "queries axes"],
        key_positions: Float[np.ndarray, "keys axes"],
    ) -> RowStatistic:
        """Σ_j p_ij |x_i − y_j|, how far each query looks (Dosovitskiy et al. 2021)."""

    @abstractmethod
    def graph(self, head: int, batch: tuple[int, ...] = ()) -> sparse.csr_array:
        """One head as a sparse matrix, a row per query."""

    def flow(
        self, query_groups: Groups, key_groups: Groups
    ) -> Float[np.ndarray, "*batch heads query_groups key_groups"]:
        """Σ_{i∈g} Σ_{j∈h} p_ij: the weight that goes from each group of queries to each group of keys."""
        member = Grouping.of(query_groups, self.shape[-2], "query groups").member
        return member.T.astype(float) @ self.mass(key_groups)

    @property
    def heads(self) -> int:
        """How many heads."""
        return self.shape[-3]


class WeightedPattern(AttentionPattern):
    """Attention of which every weight was stored, so that heads and layers can be held together pair by pair."""

    head_axis: int

    @abstractmethod
    def per_head(self) -> np.ndarray:
        """The weights, with the heads at `head_axis` and the pairs behind it."""

    @abstractmethod
    def row_sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the keys of each query, of values that lie as the weights of a head do."""

    @abstractmethod
    def same_pairs(self, other: AttentionPattern) -> bool:
        """Whether the other has weights for the same pairs in the same order."""

    @abstractmethod
    def shuffled(self, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The weights of one head, dealt out anew among the keys of each query."""


def weighted(pattern: AttentionPattern) -> WeightedPattern:
    """Insist on weights.

    Raises:
        AnalysisError: only statistics were stored.
    """
    if not isinstance(pattern, WeightedPattern):
        raise AnalysisError(
            "a summary holds no weights to compare pair by pair; store the matrix or its edges"
        )
    return pattern


def gini(ordered: Float[np.ndarray, "*axes keys"], allowed: np.ndarray) -> Float[np.ndarray, "*axes"]:
    """G = Σ_k (2k − n − 1) x_(k) / (n Σ x) of weights that rise along the last axis, those not allowed first.

    0 where all are equal, 1 − 1/n where one key has all (Gini 1912).
    """
    keys = ordered.shape[-1]
    rank = np.arange(1, keys + 1) - (keys - allowed[..., None])
    total = ordered.sum(-1)
    spread = ((2 * rank - allowed[..., None] - 1) * ordered).sum(-1)
    return np.divide(spread, allowed * total, out=np.full(total.shape, np.nan), where=total > 0)


def normalised(entropy: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """H / ln n: 1 is uniform; a query with one key has none."""
    most = np.log(np.maximum(allowed, 1))
    shape = np.broadcast_shapes(entropy.shape, np.shape(allowed))
    return np.divide(entropy, most, out=np.full(shape, np.nan), where=np.broadcast_to(allowed > 1, shape))


def check_weights(weights: np.ndarray, what: str) -> None:
    """Refuse what cannot be attention.

    Raises:
        AnalysisError: a weight is not finite or negative.
    """
    if bad := int((~np.isfinite(weights)).sum()):
        raise AnalysisError(f"{what}: {bad} of {weights.size} weights are not finite")
    if weights.size and weights.min() < 0:
        raise AnalysisError(
            f"{what}: expected weights of at least 0, got {weights.min():.3g}; are these scores?"
        )


def check_rows(sums: np.ndarray, what: str, tolerance: float = 1e-3) -> None:
    """Refuse rows that are no distributions.

    Raises:
        AnalysisError: a row sums to neither one nor zero.
    """
    off = (np.abs(sums - 1) > tolerance) & (np.abs(sums) > tolerance)
    if off.any():
        raise AnalysisError(
            f"{what}: {int(off.sum())} of {sums.size} rows sum neither to 1 nor to 0, the first to "
            f"{float(sums[off][0]):.3g}; normalise over keys, or were they dropped out?"
        )
