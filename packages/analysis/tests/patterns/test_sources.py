import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import AnalysisError
from analysis.patterns.attention import ROW_STATISTICS
from analysis.patterns.dense import DensePattern
from analysis.patterns.edges import EdgePattern
from analysis.patterns.stored import StoredPattern


def random_attention(seed, heads=2, queries=5, keys=7, batch=(3,), sharp=2.0):
    """Weights with some pairs forbidden and one query that may attend nothing."""
    rng = np.random.default_rng(seed)
    allowed = rng.random((queries, keys)) < 0.7
    allowed[:, 0] = True
    allowed[1] = False
    scores = np.where(allowed, rng.normal(size=(*batch, heads, queries, keys)) * sharp, -np.inf)
    weights = np.where(
        allowed, np.exp(scores - np.where(allowed, scores, -np.inf).max(-1, initial=0, keepdims=True)), 0.0
    )
    sums = weights.sum(-1, keepdims=True)
    return np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0), allowed


def as_edges(weights, allowed):
    query, key = np.nonzero(allowed)
    order = np.random.default_rng(0).permutation(query.size)
    query, key = query[order], key[order]
    return EdgePattern(
        np.stack([key, query]), np.moveaxis(weights[..., query, key], -2, -1).copy(), *allowed.shape
    )


def as_summary(weights, k):
    """What AttentionMap.summary() stores, written out."""
    safe = np.where(weights > 0, weights, 1.0)
    entropy = -(weights * np.log(safe)).sum(-1)
    squares = (weights**2).sum(-1)
    order = np.argsort(-weights, axis=-1, kind="stable")[..., :k]
    top = np.take_along_axis(weights, order, -1)
    return {
        "entropy": entropy,
        "effective_keys": np.where(squares > 0, np.exp(entropy), 0.0),
        "participation": np.divide(1, squares, out=np.zeros_like(squares), where=squares > 0),
        "largest": weights.max(-1),
        "received": weights.sum(-2),
        "topk_weights": top,
        "topk_indices": np.where(top > 0, order, -1),
    }


def by_hand(row):
    """The statistics of one query's weights over the keys it may attend."""
    n = row.size
    entropy = stats.entropy(row)
    gaps = np.abs(row[:, None] - row[None, :]).sum()
    return {
        "entropy": entropy,
        "normalised_entropy": entropy / np.log(n) if n > 1 else np.nan,
        "effective_keys": np.exp(entropy),
        "participation": 1 / (row @ row),
        "largest": row.max(),
        "gini": gaps / (2 * n * n * row.mean()),
    }


@given(st.integers(0, 10_000))
def test_matrices_and_edges_have_the_statistics_of_each_row(seed):
    weights, allowed = random_attention(seed)
    for pattern in (DensePattern(weights, allowed), as_edges(weights, allowed)):
        found = pattern.row_statistics()
        assert tuple(found) == ROW_STATISTICS
        for place in np.ndindex(weights.shape[:-1]):
            keys = allowed[place[-1]]
            if not keys.any():
                assert all(np.isnan(values[place]) for values in found.values())
                continue
            for name, value in by_hand(weights[place][keys]).items():
                assert found[name][place] == pytest.approx(value, abs=1e-9, nan_ok=True), name


@given(st.integers(0, 10_000))
def test_edges_answer_like_the_matrix(seed):
    weights, allowed = random_attention(seed)
    dense, edges = DensePattern(weights, allowed), as_edges(weights, allowed)
    assert edges.shape == dense.shape
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(5, 2)), rng.normal(size=(7, 2))
    groups = rng.choice(["a", "b", "c"], size=7)
    for ask in (
        lambda pattern: pattern.received(),
        lambda pattern: pattern.sent(),
        lambda pattern: pattern.below(0.1),
        lambda pattern: pattern.mass(groups),
        lambda pattern: pattern.flow(np.arange(5) % 2, groups),
        lambda pattern: pattern.distance(*places),
        lambda pattern: pattern.graph(1, (2,)).toarray(),
        lambda pattern: np.array([pattern.moments().mean, pattern.moments().sd, pattern.moments().range]),
    ):
        np.testing.assert_allclose(ask(edges), ask(dense), atol=1e-12)
    assert edges.moments().count == dense.moments().count == 3 * allowed.sum()


@given(st.integers(0, 10_000))
def test_a_summary_answers_like_the_matrix_it_was_made_from(seed):
    weights, allowed = random_attention(seed)
    dense = DensePattern(weights, allowed)
    stored = StoredPattern(as_summary(weights, 7), allowed.sum(-1))
    assert stored.shape == dense.shape
    for name, values in stored.row_statistics().items():
        if name != "gini":
            np.testing.assert_allclose(values, dense.row_statistics()[name], atol=1e-9, err_msg=name)
    np.testing.assert_allclose(stored.below(0.1), dense.below(0.1))
    np.testing.assert_allclose(stored.received(), dense.received())
    np.testing.assert_allclose(stored.graph(0, (1,)).toarray(), dense.graph(0, (1,)).toarray())
    ours, theirs = stored.moments(), dense.moments()
    np.testing.assert_allclose(ours.mean, theirs.mean)
    np.testing.assert_allclose(ours.variance, theirs.variance, atol=1e-12)
    np.testing.assert_allclose(ours.largest, theirs.largest)
    assert (stored.held, ours.count) == (pytest.approx(1.0), theirs.count)


def test_few_stored_weights_tell_only_what_they_can():
    weights = np.array([[[0.5, 0.3, 0.15, 0.05], [0.97, 0.01, 0.01, 0.01]]])
    stored = StoredPattern(as_summary(weights, 2))
    np.testing.assert_allclose(stored.below(0.4), [[0.75, 0.75]])
    assert np.isnan(stored.below(0.1)).all(), "a third key may have more than 0.1"
    assert stored.held == pytest.approx((0.8 + 0.98) / 2)
    assert np.isnan(stored.row_statistics()["gini"]).all()
    assert "gini" in stored.gaps


def test_uniform_and_one_hot_attention_are_the_ends_of_every_scale():
    weights = np.stack([np.full((1, 4), 0.25), np.eye(4)[:1]])[None]
    found = DensePattern(weights[0][:, None].reshape(1, 2, 4)).row_statistics()
    np.testing.assert_allclose(found["normalised_entropy"][0], [1, 0], atol=1e-12)
    np.testing.assert_allclose(found["gini"][0], [0, 0.75], atol=1e-12)
    np.testing.assert_allclose(found["effective_keys"][0], [4, 1])


def test_mass_is_read_from_the_summary_where_it_was_stored():
    weights, _ = random_attention(0)
    summary = as_summary(weights, 2)
    with pytest.raises(AnalysisError, match="holds no group_mass"):
        StoredPattern(summary).mass()
    mass = np.stack([weights[..., :3].sum(-1), weights[..., 3:].sum(-1)], -1)
    stored = StoredPattern({**summary, "group_mass": mass})
    groups = {"left": np.arange(3), "right": np.arange(3, 7)}
    np.testing.assert_allclose(stored.mass(groups), DensePattern(weights).mass(groups))
    np.testing.assert_allclose(
        stored.flow(["q"] * 5, groups)[..., 0, :], DensePattern(weights).flow(["q"] * 5, groups)[..., 0, :]
    )
    with pytest.raises(AnalysisError, match="group_mass was stored for 2 groups, got 7"):
        stored.mass(np.arange(7))


def test_a_layer_is_found_among_the_arrays_of_a_run():
    weights, _ = random_attention(0)
    arrays = {f"spatial/{name}": array for name, array in as_summary(weights, 2).items()}
    assert StoredPattern.of_run(arrays, "spatial").shape == weights.shape
    with pytest.raises(AnalysisError, match="no layer temporal; stored layers: spatial"):
        StoredPattern.of_run(arrays, "temporal")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones((1, 0, 3)), "expected weights"),
        (np.full((1, 2, 4), 0.5), "rows sum neither to 1 nor to 0, the first to 2"),
        (np.array([[[1.5, -0.5]]]), "at least 0, got -0.5; are these scores"),
        (np.array([[[np.nan, 1.0]]]), "1 of 2 weights are not finite"),
    ],
)
def test_what_is_no_attention_is_refused(weights, message):
    with pytest.raises(AnalysisError, match=message):
        DensePattern(weights)


def test_weight_where_none_is_allowed_is_refused():
    with pytest.raises(AnalysisError, match="where none is allowed"):
        DensePattern(np.full((1, 2, 2), 0.5), np.eye(2, dtype=bool))


@pytest.mark.parametrize(
    ("edges", "weights", "message"),
    [
        (np.zeros((2, 0), dtype=int), np.zeros((0, 1)), "at least one edge"),
        ([[0, 5], [0, 0]], [[0.5], [0.5]], "outside 2 queries and 2 keys"),
        ([[0, 0], [0, 0]], [[0.5], [0.5]], "stands twice"),
        ([[0, 1], [0, 0]], [[0.5], [0.6]], "the first to 1.1"),
    ],
)
def test_edges_that_are_no_attention_are_refused(edges, weights, message):
    with pytest.raises(AnalysisError, match=message):
        EdgePattern(np.array(edges), np.array(weights), 2, 2)


def test_a_summary_with_a_truncated_array_is_refused_by_name():
    weights, _ = random_attention(0)
    summary = as_summary(weights, 2)
    with pytest.raises(AnalysisError, match="missing participation"):
        StoredPattern({name: array for name, array in summary.items() if name != "participation"})
    with pytest.raises(AnalysisError, match="largest: the shape"):
        StoredPattern({**summary, "largest": summary["largest"][:2]})
