import networkx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analysis import AnalysisError
from analysis.patterns.dense import DensePattern
from analysis.patterns.networks import (
    centrality_table,
    concentration,
    eigenvector_centrality,
    page_rank,
    rollout,
    strongest_pairs,
)


def random_graph(seed, tokens=12, share=0.4):
    rng = np.random.default_rng(seed)
    weights = rng.random((tokens, tokens)) * (rng.random((tokens, tokens)) < share)
    sums = weights.sum(1, keepdims=True)
    return np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)


@given(st.integers(0, 10_000), st.sampled_from([0.5, 0.85]))
def test_page_rank_is_networkxs(seed, damping):
    weights = random_graph(seed, share=0.2)
    expected = networkx.pagerank(
        networkx.from_numpy_array(weights, create_using=networkx.DiGraph), damping, tol=1e-12, max_iter=1000
    )
    ours = page_rank(sparse.csr_array(weights), damping)
    np.testing.assert_allclose(ours, list(expected.values()), atol=1e-8)


@given(st.integers(0, 10_000))
def test_eigenvector_centrality_is_networkxs(seed):
    weights = random_graph(seed, share=0.7)
    graph = networkx.from_numpy_array(weights, create_using=networkx.DiGraph)
    expected = networkx.eigenvector_centrality(graph, 10_000, 1e-12, weight="weight")
    np.testing.assert_allclose(
        eigenvector_centrality(sparse.csr_array(weights)), list(expected.values()), atol=1e-7
    )


def test_where_walkers_end_in_several_parts_there_is_no_one_eigenvector():
    two = sparse.csr_array(np.kron(np.eye(2), np.full((2, 2), 0.5)))
    with pytest.raises(AnalysisError, match="2 parts that no walker leaves; ask for page_rank"):
        eigenvector_centrality(two)
    table = centrality_table(DensePattern(two.toarray()[None]))
    assert table["eigenvector"].null_count() == 4
    np.testing.assert_allclose(table["page_rank"], 0.25)


def test_the_table_has_one_row_per_head_and_token():
    weights = np.stack([random_graph(seed, tokens=5, share=1.1) for seed in range(6)]).reshape(3, 2, 5, 5)
    table = centrality_table(DensePattern(weights), names=list("abcde"))
    assert table["head"].to_list() == [0] * 5 + [1] * 5
    assert table["token"].to_list() == list("abcde") * 2
    np.testing.assert_allclose(table["received"], weights.sum(-2).mean(0).ravel())
    np.testing.assert_allclose(table["sent"], 1.0)
    expected = page_rank(sparse.csr_array(weights[:, 1].mean(0)))
    np.testing.assert_allclose(table.filter(pl.col("head") == 1)["page_rank"], expected)


@pytest.mark.parametrize("ask", [page_rank, eigenvector_centrality])
def test_other_keys_than_queries_have_no_centrality(ask):
    with pytest.raises(AnalysisError, match="the same tokens, got 2 and 3"):
        ask(sparse.csr_array(np.full((2, 3), 1 / 3)))


def test_what_does_not_converge_is_not_told():
    with pytest.raises(AnalysisError, match="did not converge to 1e-10 in 1 iterations"):
        page_rank(sparse.csr_array(random_graph(0)), iterations=1)


def test_concentration_is_the_gini_of_what_is_received():
    received = np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 4.0]])
    np.testing.assert_allclose(concentration(received), [0, 0.75])


def test_the_strongest_pairs_come_first():
    weights = np.array([[[0.7, 0.3], [0.1, 0.9]]])
    pairs = strongest_pairs(DensePattern(weights), 0, share=0.5)
    assert pairs.rows() == [(1, 1, 0.9), (0, 0, 0.7)]
    with pytest.raises(AnalysisError, match="a share above 0"):
        strongest_pairs(DensePattern(weights), 0, share=0.0)


@pytest.mark.parametrize("residual", [0.0, 0.5])
def test_rollout_is_the_product_of_the_layers(residual):
    layers = [np.stack([random_graph(2 * layer + head, 6, 1.1) for head in range(2)]) for layer in range(3)]
    expected = np.eye(6)
    for weights in layers:
        expected = (residual * np.eye(6) + (1 - residual) * weights.mean(0)) @ expected
    ours = rollout([DensePattern(weights) for weights in layers], residual=residual)
    np.testing.assert_allclose(ours, expected)
    some = rollout([DensePattern(weights) for weights in layers], np.array([4, 1]), residual=residual)
    np.testing.assert_allclose(some, expected[[4, 1]])


def test_layers_over_other_tokens_do_not_roll_out():
    with pytest.raises(AnalysisError, match="over the same tokens"):
        rollout([DensePattern(np.eye(2)[None]), DensePattern(np.eye(3)[None])])
