"""Attention stored as one weight per edge and head."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse, special

from analysis.errors import AnalysisError
from analysis.patterns import attention
from analysis.patterns.attention import AttentionPattern, Moments, RowStatistic
from analysis.patterns.grouping import Grouping, Groups


@dataclass(frozen=True, eq=False)
class EdgePattern(AttentionPattern):
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

    def __post_init__(self):
        key, query = self.edges
        if self.weights.ndim < 2 or self.weights.shape[-2] != key.size or key.size == 0:
            raise AnalysisError(
                f"expected weights [*batch, {key.size} edges, heads], got the shape {self.weights.shape}"
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
        weights = self._per_head()
        entropy = self._of_rows(self._by_query(special.entr(weights)))
        return {
            "entropy": entropy,
            "normalised_entropy": attention.normalised(entropy, self.degree),
            "effective_keys": np.exp(entropy),
            "participation": 1 / self._of_rows(self._by_query(weights**2)),
            "largest": self._largest(),
            "gini": self._gini(),
        }

    def below(self, threshold: float) -> RowStatistic:
        """Share of its keys to which a query gives less than a threshold."""
        few = self._by_query((self._per_head() < threshold).astype(float))
        return self._of_rows(few / np.maximum(self.degree, 1))

    def moments(self) -> Moments:
        """The plain figures of the weights."""
        axes = tuple(range(self.weights.ndim - 1))
        plain = [getattr(self.weights, name)(axis=axes) for name in ("mean", "var", "min", "max")]
        return Moments(*plain, self.weights[..., 0].size)

    def received(self) -> Float[np.ndarray, "*batch heads keys"]:
        """How much attention each key gets."""
        return self._product(_incidence(self.edges[0], self.keys), self._per_head())

    def sent(self) -> RowStatistic:
        """One for each query that attends."""
        return self._by_query(self._per_head())

    def mass(self, groups: Groups) -> Float[np.ndarray, "*batch heads queries groups"]:
        """The weight each query puts on each group of keys."""
        member = Grouping.of(groups, self.keys, "key groups").member[self.edges[0]]
        columns = [self._by_query(self._per_head() * inside) for inside in member.T]
        return np.stack(columns, -1)

    def distance(
        self,
        query_positions: Float[np.ndarray, "queries axes"],
        key_positions: Float[np.ndarray, "keys axes"],
    ) -> RowStatistic:
        """How far each query looks."""
        key, query = self.edges
        far = np.linalg.norm(query_positions[query] - key_positions[key], axis=-1)
        return self._of_rows(self._by_query(self._per_head() * far))

    def graph(self, head: int, batch: tuple[int, ...] = ()) -> sparse.csr_array:
        """One head as a sparse matrix."""
        key, query = self.edges
        weights = self.weights[*batch, :, head].astype(float)
        return sparse.csr_array((weights, (query, key)), shape=(self.queries, self.keys))

    @property
    def degree(self) -> Int[np.ndarray, " queries"]:
        """How many keys each query may attend."""
        return np.bincount(self.edges[1], minlength=self.queries)

    def _per_head(self) -> np.ndarray:
        return np.moveaxis(self.weights, -1, -2)

    def _by_query(self, values: np.ndarray) -> np.ndarray:
        return self._product(_incidence(self.edges[1], self.queries), values)

    @staticmethod
    def _product(incidence: sparse.csr_array, values: np.ndarray) -> np.ndarray:
        summed = incidence @ values.reshape(-1, values.shape[-1]).T
        return summed.T.reshape(*values.shape[:-1], -1)

    def _largest(self) -> np.ndarray:
        weights = self._per_head()
        largest = np.zeros((*weights.shape[:-1], self.queries))
        np.maximum.at(largest, (..., self.edges[1]), weights)
        return self._of_rows(largest)

    def _gini(self) -> np.ndarray:
        """Σ (2k − n − 1) x_(k) / (n Σ x), where k ranks an edge among those of its query."""
        weights, query = self._per_head(), np.broadcast_to(self.edges[1], self._per_head().shape)
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
