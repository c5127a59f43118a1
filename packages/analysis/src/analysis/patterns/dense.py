"""Attention stored as matrices."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float
from scipy import sparse, special
from scipy.spatial.distance import cdist

from analysis.errors import AnalysisError
from analysis.patterns import attention
from analysis.patterns.attention import AttentionPattern, Moments, RowStatistic, WeightedPattern
from analysis.patterns.grouping import Grouping, Groups


@dataclass(frozen=True, eq=False)
class DensePattern(WeightedPattern):
    """Weights `[*batch, heads, queries, keys]`, and which pairs may attend (all, where `allowed` is None).

    Raises:
        AnalysisError: other axes, a negative weight, a row that sums neither to 1 nor to 0, or weight where
            none is allowed.
    """

    weights: Float[np.ndarray, "*batch heads queries keys"]
    allowed: Bool[np.ndarray, "..."] | None = None

    head_axis: ClassVar[int] = -3

    def __post_init__(self):
        if self.weights.ndim < 3 or 0 in self.weights.shape:
            raise AnalysisError(
                f"expected weights [*batch, heads, queries, keys], got the shape {self.weights.shape}"
            )
        attention.check_weights(self.weights, "weights")
        attention.check_rows(self.weights.sum(-1), "weights")
        if self.allowed is not None and (self.weights[~self._mask()] > 0).any():
            raise AnalysisError(
                "some weight lies where none is allowed; True means that a key may be attended"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`[*batch, heads, queries, keys]`."""
        return self.weights.shape

    def row_statistics(self) -> dict[str, RowStatistic]:
        """Entropy and the like of each query."""
        entropy = self._of_rows(special.entr(self.weights).sum(-1))
        squares = self._of_rows((self.weights**2).sum(-1))
        ordered = np.sort(np.where(self._mask(), self.weights, 0.0), -1)
        return {
            "entropy": entropy,
            "normalised_entropy": attention.normalised(entropy, self._count()),
            "effective_keys": np.exp(entropy),
            "participation": 1 / squares,
            "largest": self._of_rows(ordered[..., -1]),
            "gini": attention.gini(ordered, self._count()),
        }

    def below(self, threshold: float) -> RowStatistic:
        """Share of its keys to which a query gives less than a threshold."""
        few = ((self.weights < threshold) & self._mask()).sum(-1)
        return self._of_rows(few / np.maximum(self._count(), 1))

    def moments(self) -> Moments:
        """The plain figures of the weights that are allowed."""
        heads, axes = self.weights.shape[-3], (*range(self.weights.ndim - 3), -2, -1)
        mask, counted = self._mask(), {"axis": axes, "where": self._mask()}
        if not mask.any(axes).all():
            raise AnalysisError(f"one of {heads} heads may attend nothing at all; leave it out")
        return Moments(
            self.weights.mean(**counted),
            self.weights.var(**counted),
            self.weights.min(**counted, initial=np.inf),
            self.weights.max(**counted, initial=-np.inf),
            int(mask.sum() / heads),
        )

    def received(self) -> Float[np.ndarray, "*batch heads keys"]:
        """How much attention each key gets."""
        return self.weights.sum(-2)

    def sent(self) -> RowStatistic:
        """One for each query that attends."""
        return self.weights.sum(-1)

    def mass(self, groups: Groups) -> Float[np.ndarray, "*batch heads queries groups"]:
        """The weight each query puts on each group of keys."""
        return self.weights @ Grouping.of(groups, self.shape[-1], "key groups").member.astype(float)

    def distance(
        self,
        query_positions: Float[np.ndarray, "queries axes"],
        key_positions: Float[np.ndarray, "keys axes"],
    ) -> RowStatistic:
        """How far each query looks."""
        return self._of_rows((self.weights * cdist(query_positions, key_positions)).sum(-1))

    def graph(self, head: int, batch: tuple[int, ...] = ()) -> sparse.csr_array:
        """One head as a sparse matrix."""
        return sparse.csr_array(self.weights[*batch, head].astype(float))

    def per_head(self) -> np.ndarray:
        """The weights as they are."""
        return self.weights

    def row_sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the keys of each query."""
        return values.sum(-1)

    def same_pairs(self, other: AttentionPattern) -> bool:
        """Whether the other is of as many queries and keys."""
        return isinstance(other, DensePattern) and self.shape[-2:] == other.shape[-2:]

    def shuffled(self, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The weights of one head `[*batch, queries, keys]`, dealt out anew among the keys of each query."""
        if self.allowed is None:
            return rng.permuted(weights, axis=-1)
        if self.allowed.shape[:-2]:
            raise AnalysisError(
                "expected one mask [queries, keys] for all items and heads; compare items by mask"
            )
        made = weights.copy()
        for query, keys in enumerate(np.broadcast_to(self.allowed, self.shape[-2:])):
            made[..., query, keys] = rng.permuted(weights[..., query, keys], axis=-1)
        return made

    def _mask(self) -> np.ndarray:
        allowed = np.ones(1, dtype=bool) if self.allowed is None else self.allowed
        return np.broadcast_to(allowed, self.weights.shape)

    def _count(self) -> np.ndarray:
        return self._mask().sum(-1)

    def _of_rows(self, values: np.ndarray) -> np.ndarray:
        """NaN where a query attends nothing."""
        return np.where(self.weights.any(-1), values, np.nan)
