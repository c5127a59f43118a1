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


@pytest.mark.parametrize(("dtype", "accuracy"), [(torch.float64, 1e-9), (torch.float32, 1e-5)])
def test_centrality_of_many_tokens_is_accurate_by_default(dtype, accuracy):
    """A walker goes up a chain, the slowest way to the stationary distribution, by eigenvectors of NumPy."""
    tokens = 300
    weights = torch.zeros(1, tokens, tokens).double()
    weights[0, range(tokens), [*range(1, tokens), 0]] = torch.linspace(0.1, 1, tokens).double()
    weights[0, :, 0] += 1 - weights[0].sum(-1)
    walk = 0.85 * weights[0].numpy().T + 0.15 / tokens
    values, vectors = np.linalg.eig(walk)
    expected = vectors[:, values.real.argmax()].real
    found = DenseMap(weights.to(dtype)).centrality()[0].double().numpy()
    assert np.abs(found - expected / expected.sum()).sum() < accuracy


def test_centrality_of_no_tokens_is_empty():
    assert DenseMap(torch.ones(2, 0, 0)).centrality().shape == (2, 0)


@pytest.mark.parametrize("damping", [1.0, -0.1, 2.0, float("nan")])
def test_a_damping_that_is_no_share_is_an_error(damping):
    with pytest.raises(AttentionError, match=rf"damping is {damping}; expected a share in \[0, 1\)"):
        DenseMap(torch.eye(2)[None]).centrality(damping)


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
