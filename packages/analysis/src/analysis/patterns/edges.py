"""Attention stored as one weight per edge and head."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse, special

from analysis.errors import AnalysisError
from analysis.patterns import attention
from analysis.patterns.attention import AttentionPattern, Moments, RowStatistic, WeightedPattern
from analysis.patterns.grouping import Grouping, Groups


@dataclass(frozen=True, eq=False)
class EdgePattern(WeightedPattern):
    """Weights `[*batch, edges, heads]` on edges from a key (row 0) to the query that attends it (row 1).

    PyTorch Geometric's order. The keys a query may attend are those it has an edge from; time and memory are
    linear in the edges.

    Raises:
        AnalysisError: edges and weights that do not belong together, an edge that stands twice, a negative
            weight, or a query whose weights sum neither to 1 nor to 0.
    """

    edges: Int[np.ndarray, "2 edges"]
    weights: Float[np.ndarray, "*batch edges heads"]
    queries: int
    keys: int

    head_axis: ClassVar[int] = -2

    def __post_init__(self):
        key, query = self.edges
        if self.weights.ndim < 2 or self.weights.shape[-2] != key.size or key.size == 0:
            raise AnalysisError(
                f"expected at least one edge and weights [*batch, edges, heads], got {key.size} edges and the "
                f"shape {self.weights.shape}"
            )
        if self.edges.min() < 0 or key.max() >= self.keys or query.max() >= self.queries:
            raise AnalysisError(f"an edge lies outside {self.queries} queries and {self.keys} keys")
        if np.unique(query * self.keys + key).size < key.size:
            raise AnalysisError("an edge stands twice; add up the weights of parallel edges first")
        attention.check_weights(self.weights, "weights")
        attention.check_rows(self.sent(), "weights")

    @property
    def shape(self) -> tuple[int, ...]:
        """`[*batch, heads, queries, keys]`."""
        *batch, _, heads = self.weights.shape
        return (*batch, heads, self.queries, self.keys)

    def row_statistics(self) -> dict[str, RowStatistic]:
        """Entropy and the like of each query."""
        weights = self.per_head()
        entropy = self._of_rows(self.row_sums(special.entr(weights)))
        return {
            "entropy": entropy,
            "normalised_entropy": attention.normalised(entropy, self.degree),
            "effective_keys": np.exp(entropy),
            "participation": 1 / self._of_rows(self.row_sums(weights**2)),
            "largest": self._largest(),
            "gini": self._gini(),
        }

    def below(self, threshold: float) -> RowStatistic:
        """Share of its keys to which a query gives less than a threshold."""
        few = self.row_sums((self.per_head() < threshold).astype(float))
        return self._of_rows(few / np.maximum(self.degree, 1))

    def moments(self) -> Moments:
        """The plain figures of the weights."""
        axes = tuple(range(self.weights.ndim - 1))
        mean, variance = self.weights.mean(axes), self.weights.var(axes)
        smallest, largest = self.weights.min(axes), self.weights.max(axes)
        return Moments(mean, variance, smallest, largest, self.weights[..., 0].size)

    def received(self) -> Float[np.ndarray, "*batch heads keys"]:
        """How much attention each key gets."""
        return self._product(_incidence(self.edges[0], self.keys), self.per_head())

    def sent(self) -> RowStatistic:
        """One for each query that attends."""
        return self.row_sums(self.per_head())

    def mass(self, groups: Groups) -> Float[np.ndarray, "*batch heads queries groups"]:
        """The weight each query puts on each group of keys."""
        member = Grouping.of(groups, self.keys, "key groups").member[self.edges[0]]
        columns = [self.row_sums(self.per_head() * inside) for inside in member.T]
        return np.stack(columns, -1)

    def distance(
        self,
        query_positions: Float[np.ndarray, "queries axes"],
        key_positions: Float[np.ndarray, "keys axes"],
    ) -> RowStatistic:
        """How far each query looks."""
        key, query = self.edges
        far = np.linalg.norm(query_positions[query] - key_positions[key], axis=-1)
        return self._of_rows(self.row_sums(self.per_head() * far))

    def graph(self, head: int, batch: tuple[int, ...] = ()) -> sparse.csr_array:
        """One head as a sparse matrix."""
        key, query = self.edges
        weights = self.weights[*batch, :, head].astype(float)
        return sparse.csr_array((weights, (query, key)), shape=(self.queries, self.keys))

    @property
    def degree(self) -> Int[np.ndarray, " queries"]:
        """How many keys each query may attend."""
        return np.bincount(self.edges[1], minlength=self.queries)

    def per_head(self) -> np.ndarray:
        """Weights `[*batch, heads, edges]`."""
        return np.moveaxis(self.weights, -1, -2)

    def same_pairs(self, other: AttentionPattern) -> bool:
        """Whether the other has the same edges in the same order."""
        return isinstance(other, EdgePattern) and np.array_equal(self.edges, other.edges)

    def shuffled(self, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The weights of one head `[*batch, edges]`, dealt out anew among the edges of each query."""
        place = np.argsort(self.edges[1], kind="stable")
        dealt = np.lexsort((rng.random(self.edges.shape[1]), self.edges[1]))
        made = np.empty_like(weights)
        made[..., place] = weights[..., dealt]
        return made

    def row_sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the edges of each query."""
        return self._product(_incidence(self.edges[1], self.queries), values)

    @staticmethod
    def _product(incidence: sparse.csr_array, values: np.ndarray) -> np.ndarray:
        summed = incidence @ values.reshape(-1, values.shape[-1]).T
        return summed.T.reshape(*values.shape[:-1], -1)

    def _largest(self) -> np.ndarray:
        weights = np.moveaxis(self.per_head(), -1, 0)
        largest = np.zeros((self.queries, *weights.shape[1:]))
        np.maximum.at(largest, self.edges[1], weights)
        return self._of_rows(np.moveaxis(largest, 0, -1))

    def _gini(self) -> np.ndarray:
        """Σ (2k − n − 1) x_(k) / (n Σ x), where k ranks an edge among those of its query."""
        weights, query = self.per_head(), np.broadcast_to(self.edges[1], self.per_head().shape)
        order = np.lexsort((weights, query), axis=-1)
        ordered = np.take_along_axis(weights, order, -1)
        sorted_query = np.sort(self.edges[1])
        first = np.concatenate([[0], np.cumsum(self.degree)[:-1]])[sorted_query]
        rank, degree = np.arange(1, sorted_query.size + 1) - first, self.degree[sorted_query]
        spread = self._product(_incidence(sorted_query, self.queries), ordered * (2 * rank - degree - 1))
        return self._of_rows(spread / np.maximum(self.degree, 1))

    def _of_rows(self, values: np.ndarray) -> np.ndarray:
        """NaN where a query attends nothing."""
        return np.where(self.sent() > 0, values, np.nan)


def _incidence(node: np.ndarray, nodes: int) -> sparse.csr_array:
    ones = np.ones(node.size)
    return sparse.csr_array((ones, (node, np.arange(node.size))), shape=(nodes, node.size))
