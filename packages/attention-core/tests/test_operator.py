import networkx
import numpy as np
import pytest
import torch
from scipy.sparse.linalg import svds

from attention_core import AttentionError, DenseMap, StreamedMap, streaming


@pytest.fixture(params=["matrix", "streamed"])
def attention(request, monkeypatch):
    """Grouped heads, a key that no query may attend, a query without keys."""
    if request.param == "streamed":
        monkeypatch.setattr(streaming, "FEW_KEYS", 0)
    mask = torch.rand(6, 6, generator=torch.Generator().manual_seed(0)) < 0.7
    mask[:, 4], mask[2] = False, False
    query, key = torch.randn(2, 4, 6, 3).double(), torch.randn(2, 2, 6, 3).double()
    return StreamedMap(query, key, mask)


def test_the_operator_is_the_matrix_of_one_head(attention):
    operator, matrix = attention.linear_operator(batch=1, head=3), attention.dense()[1, 3].numpy()
    values = np.random.default_rng(0).normal(size=(6, 3))
    assert operator.shape == (6, 6)
    np.testing.assert_allclose(operator @ values, matrix @ values, atol=1e-12)
    np.testing.assert_allclose(operator @ values[:, 0], matrix @ values[:, 0], atol=1e-12)
    np.testing.assert_allclose(operator.H @ values, matrix.T @ values, atol=1e-12)
    np.testing.assert_allclose(operator.rmatvec(values[:, 1]), matrix.T @ values[:, 1], atol=1e-12)


def test_leading_singular_vectors_are_those_of_the_matrix(attention):
    left, singular, right = svds(attention.linear_operator(head=1), k=2, random_state=0)
    expected = np.linalg.svd(attention.dense()[0, 1].numpy())
    np.testing.assert_allclose(np.sort(singular)[::-1], expected[1][:2], atol=1e-9)
    np.testing.assert_allclose(
        left @ np.diag(singular) @ right,
        expected[0][:, :2] @ np.diag(expected[1][:2]) @ expected[2][:2],
        atol=1e-9,
    )


def test_centrality_is_the_page_rank_of_networkx(attention):
    found = attention.centrality(damping=0.8, tolerance=1e-10, iterations=500)
    for place in np.ndindex(2, 4):
        graph = networkx.from_numpy_array(attention.dense()[place].numpy(), create_using=networkx.DiGraph)
        expected = networkx.pagerank(graph, alpha=0.8, tol=1e-10, max_iter=500)
        np.testing.assert_allclose(found[place], [expected[node] for node in range(6)], atol=1e-8)


def test_bad_input_is_named(attention):
    with pytest.raises(
        AttentionError, match=r"no batch item \(2,\) with head 0 in a map of shape \[2, 4, 6, 6\]"
    ):
        attention.linear_operator(batch=2)
    with pytest.raises(AttentionError, match="did not converge to 1e-12 in 1 iterations"):
        attention.centrality(tolerance=1e-12, iterations=1)
    with pytest.raises(AttentionError, match="the map has 2 queries and 3 keys"):
        DenseMap(torch.ones(1, 2, 3)).centrality()


def test_a_map_without_batch_has_heads_alone():
    attention = DenseMap(torch.rand(3, 2, 2))
    np.testing.assert_allclose(attention.linear_operator(head=-1) @ np.eye(2), attention.weights[2])
