import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from analysis import AnalysisError
from analysis.patterns.agreement import divergence, head_agreement
from analysis.patterns.dense import DensePattern
from analysis.patterns.edges import EdgePattern
from analysis.patterns.stored import StoredPattern

RNG = np.random.default_rng(0)
WEIGHTS = RNG.dirichlet(np.ones(6), size=(8, 3, 4))


def test_divergence_is_scipys():
    pattern = DensePattern(WEIGHTS)
    ours = divergence(pattern, WEIGHTS[:, 0], WEIGHTS[:, 1])
    np.testing.assert_allclose(ours, jensenshannon(WEIGHTS[:, 0], WEIGHTS[:, 1], base=2, axis=-1) ** 2)


def test_edges_agree_like_the_matrix():
    query, key = np.divmod(np.arange(24), 6)
    edges = EdgePattern(np.stack([key, query]), np.moveaxis(WEIGHTS.reshape(8, 3, 24), 1, 2).copy(), 4, 6)
    dense = head_agreement(DensePattern(WEIGHTS), draws=2)
    for ours, theirs in zip(head_agreement(edges, draws=2), dense, strict=True):
        assert ours.heads == theirs.heads
        assert ours.estimate.value == pytest.approx(theirs.estimate.value)
        assert ours.estimate.low == pytest.approx(theirs.estimate.low)


def test_heads_that_copy_each_other_agree_beyond_the_null_and_others_do_not():
    weights = WEIGHTS.copy()
    weights[:, 1] = 0.9 * weights[:, 0] + 0.1 * weights[:, 1]
    found = {each.heads: each.estimate for each in head_agreement(DensePattern(weights), draws=99)}
    assert found[0, 1].value > 0.9
    assert found[0, 1].null.p <= 0.02
    assert found[0, 2].null.p > 0.05
    assert found[0, 1].n == 8


def test_shuffling_keeps_every_querys_weights_among_its_own_keys():
    allowed = np.array([[True, True, False], [False, True, True]])
    weights = np.array([[[0.9, 0.1, 0.0], [0.0, 0.8, 0.2]]])
    pattern, rng = DensePattern(weights, allowed), np.random.default_rng(0)
    query, key = np.nonzero(allowed)
    edges = EdgePattern(np.stack([key, query]), weights[:, query, key].T.copy(), 2, 3)
    seen = set()
    for _ in range(200):
        made = pattern.shuffled(weights[0], rng)
        assert (made[~allowed] == 0).all()
        np.testing.assert_allclose(np.sort(made, -1), np.sort(weights[0], -1))
        on_edges = edges.shuffled(edges.per_head()[0], rng)
        np.testing.assert_allclose(np.sort(on_edges.reshape(2, 2), -1), [[0.1, 0.9], [0.2, 0.8]])
        seen.add((made.tobytes(), on_edges.tobytes()))
    assert len(seen) == 16, "every arrangement comes up on either side"


def test_a_summary_has_no_pairs_to_compare():
    top = np.full((2, 4, 1), 0.25)
    summary = {name: np.ones((2, 4)) for name in ("entropy", "participation", "largest")}
    stored = StoredPattern(
        {**summary, "received": np.ones((2, 4)), "topk_weights": top, "topk_indices": top.astype(int)}
    )
    with pytest.raises(AnalysisError, match="holds no weights to compare"):
        head_agreement(stored)
