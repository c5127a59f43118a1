"""Attention as a network: who receives, who is central, which pairs are strongest, what layers do together."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from jaxtyping import Float, Int
from scipy import sparse
from scipy.sparse import csgraph

from analysis.errors import AnalysisError
from analysis.patterns.attention import AttentionPattern, gini

Strength = Float[np.ndarray, " tokens"]


def page_rank(
    graph: sparse.csr_array, damping: float = 0.85, *, tolerance: float = 1e-10, iterations: int = 1000
) -> Strength:
    """PageRank: r = damping (Pᵀ r + r(tokens without keys) / N) + (1 − damping) / N, rows of P scaled to one.

    Where a walker is who goes from queries to keys and now and then to any token (Brin & Page 1998).

    Raises:
        AnalysisError: queries and keys are not the same tokens, or the iteration does not converge.
    """
    tokens, dangling = _square(graph), np.asarray(graph.sum(1)).ravel() == 0
    step = _stochastic(graph).T.tocsr()

    def walk(rank: np.ndarray) -> np.ndarray:
        return damping * (step @ rank + rank[dangling].sum() / tokens) + (1 - damping) / tokens

    return _converged(walk, np.full(tokens, 1 / tokens), tolerance, iterations)


def eigenvector_centrality(
    graph: sparse.csr_array, *, tolerance: float = 1e-10, iterations: int = 10_000
) -> Strength:
    """The x = Pᵀ x / λ with |x| = 1: central is who is attended by the central (Bonacich 1972).

    Raises:
        AnalysisError: queries and keys are not the same tokens, the graph has several parts that no walker
            leaves, so that there is no one such x, or the iteration does not converge.
    """
    tokens = _square(graph)
    if (parts := _closed_parts(graph)) > 1:
        raise AnalysisError(f"the graph has {parts} parts that no walker leaves; ask for page_rank")
    step = graph.T.tocsr()

    def multiply(vector: np.ndarray) -> np.ndarray:
        # The identity shifts eigenvalues, so that those of a cycle do not oscillate.
        turned = step @ vector + vector
        return turned / np.linalg.norm(turned)

    return _converged(multiply, np.full(tokens, tokens**-0.5), tolerance, iterations)


def mean_graph(pattern: AttentionPattern, head: int) -> sparse.csr_array:
    """One head as a sparse matrix, averaged over the items of a batch."""
    places = list(np.ndindex(pattern.shape[:-3]))
    total = sparse.csr_array(pattern.shape[-2:])
    for place in places:
        total = total + pattern.graph(head, place)
    return sparse.csr_array(total / len(places))


def centrality_table(pattern: AttentionPattern, names: Sequence[str] | None = None) -> pl.DataFrame:
    """Received and sent strength, PageRank and eigenvector centrality of each token, per head.

    The graph is averaged over items. Strengths are of all attention; PageRank and eigenvector centrality of a
    summary are of its stored largest weights. Eigenvector centrality is null where there is no one such vector.

    Raises:
        AnalysisError: queries and keys are not the same tokens, or not one name per token.
    """
    tokens = pattern.shape[-1]
    names = list(map(str, range(tokens))) if names is None else list(map(str, names))
    if len(names) != tokens:
        raise AnalysisError(f"expected one name per token ({tokens}), got {len(names)}")
    return pl.concat([_of_head(pattern, head, names) for head in range(pattern.heads)])


def concentration(received: Float[np.ndarray, "*batch heads keys"]) -> Float[np.ndarray, "*batch heads"]:
    """Gini of what keys receive: 0 where all receive the same, 1 − 1/N where one receives all."""
    keys = np.full(received.shape[:-1], received.shape[-1])
    return gini(np.sort(received, -1), keys)


def strongest_pairs(
    pattern: AttentionPattern, head: int, share: float = 0.05, batch: tuple[int, ...] | None = None
) -> pl.DataFrame:
    """The largest weights of one head, the strongest `share` of its pairs, largest first.

    Averaged over items where no item is named. Pairs are counted among those with any weight.

    Raises:
        AnalysisError: the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise AnalysisError(f"expected a share above 0 and at most 1, got {share}")
    graph = mean_graph(pattern, head) if batch is None else pattern.graph(head, batch)
    pairs = graph.tocoo()
    count = max(1, round(share * pairs.data.size))
    best = np.lexsort((pairs.col, pairs.row, np.negative(pairs.data)))[:count]
    return pl.DataFrame({"query": pairs.row[best], "key": pairs.col[best], "weight": pairs.data[best]})


def rollout(
    layers: Sequence[AttentionPattern],
    queries: Int[np.ndarray, " rows"] | None = None,
    *,
    residual: float = 0.5,
    batch: tuple[int, ...] = (),
) -> Float[np.ndarray, "rows tokens"]:
    """Rows of R = Â_L ⋯ Â_1, what queries of the last layer attend to among the tokens of the first.

        Â = residual · I + (1 − residual) · mean_h P_h,   rows scaled to sum to one

    Attention rollout (Abnar & Zuidema 2020). Only the rows asked for are held; all, where none are named.

    Raises:
        AnalysisError: there are no layers, they are not square and alike, or the residual is not in [0, 1).
    """
    if not layers or not 0 <= residual < 1:
        raise AnalysisError(f"expected layers and a residual in [0, 1), got {len(layers)} and {residual}")
    if len(sizes := {layer.shape[-2:] for layer in layers}) > 1:
        raise AnalysisError(f"expected layers over the same tokens, got {sorted(sizes)}")
    tokens = _square(layers[0].graph(0, batch))
    chosen = np.arange(tokens) if queries is None else queries
    rows = np.zeros((len(chosen), tokens))
    rows[np.arange(len(chosen)), chosen] = 1.0
    for layer in reversed(layers):
        rows = (_mixed(layer, residual, batch).T @ rows.T).T
    return rows


def _mixed(layer: AttentionPattern, residual: float, batch: tuple[int, ...]) -> sparse.csr_array:
    total = sparse.csr_array(layer.shape[-2:])
    for head in range(layer.heads):
        total = total + layer.graph(head, batch) / layer.heads
    return _stochastic(
        sparse.csr_array(sparse.eye_array(layer.shape[-1]) * residual + total * (1 - residual))
    )


def _stochastic(graph: sparse.csr_array) -> sparse.csr_array:
    """Rows scaled to sum to one; empty ones stay."""
    sums = np.asarray(graph.sum(1)).ravel()
    scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ graph)


def _of_head(pattern: AttentionPattern, head: int, names: list[str]) -> pl.DataFrame:
    graph, axes = mean_graph(pattern, head), tuple(range(len(pattern.shape) - 3))
    lone = _closed_parts(graph) == 1
    columns = {
        "received": pattern.received()[..., head, :].mean(axes),
        "sent": pattern.sent()[..., head, :].mean(axes),
        "page_rank": page_rank(graph),
        "eigenvector": eigenvector_centrality(graph) if lone else [None] * len(names),
    }
    values = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Float64))
    return values.select(pl.lit(head).alias("head"), pl.Series("token", names), pl.all())


def _square(graph: sparse.csr_array) -> int:
    queries, keys = graph.shape  # pyright: ignore
    if queries != keys:
        raise AnalysisError(f"expected queries and keys to be the same tokens, got {queries} and {keys}")
    return keys


def _closed_parts(graph: sparse.csr_array) -> int:
    """How many strongly connected parts have no edge that leaves them."""
    parts, label = csgraph.connected_components(graph, connection="strong")  # pyright: ignore
    pairs = graph.tocoo()
    leaving = label[pairs.row] != label[pairs.col]
    return parts - np.unique(label[pairs.row[leaving & (pairs.data > 0)]]).size


def _converged(step, start: np.ndarray, tolerance: float, iterations: int) -> np.ndarray:
    before = start
    for _ in range(iterations):
        after = step(before)
        if np.abs(after - before).sum() < tolerance * start.size:
            return after
        before = after
    raise AnalysisError(f"centrality did not converge to {tolerance:g} in {iterations} iterations")
