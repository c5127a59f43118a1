import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.patterns.dense import DensePattern
from analysis.patterns.edges import EdgePattern
from analysis.patterns.flow_nulls import EdgeSwaps, QueryShuffle
from analysis.patterns.group_flow import enrichment
from analysis.patterns.stored import StoredPattern

KINDS = np.array(["metabolite"] * 15 + ["reaction"] * 15)


def attention_of(seed, within=1.0, popular=1.0, batch=()):
    """Self-attention over 30 tokens of two kinds, `within` times as much to their own kind."""
    rng = np.random.default_rng(seed)
    weights = rng.gamma(1.0, size=(*batch, 1, 30, 30)) * np.where(KINDS[:, None] == KINDS, within, 1.0)
    weights = weights * np.where(KINDS == "reaction", popular, 1.0)
    return weights / weights.sum(-1, keepdims=True)


def random_edges(seed, within=0.3, between=0.3, nodes=30):
    rng = np.random.default_rng(seed)
    share = np.where(KINDS[:, None] == KINDS, within, between)
    query, key = np.nonzero((rng.random((nodes, nodes)) < share) | np.eye(nodes, k=1, dtype=bool))
    weights = rng.gamma(1.0, size=query.size)
    weights /= np.bincount(query, weights, minlength=nodes)[query]
    return EdgePattern(np.stack([key, query]), weights[:, None], nodes, nodes)


def test_the_mean_under_the_shuffle_is_the_configuration_model():
    pattern = DensePattern(attention_of(0, batch=(4,)))
    draws = QueryShuffle(draws=4000).flows(pattern, KINDS, KINDS)[:, 0]
    received = pattern.received().sum((0, 1))
    expected = np.outer([15, 15], [received[:15].sum(), received[15:].sum()]) / 30
    np.testing.assert_allclose(draws.mean(0), expected, rtol=0.01)
    np.testing.assert_allclose(draws.sum(1), np.tile(received.reshape(2, 15).sum(1), (4000, 1)))
    np.testing.assert_allclose(draws.sum(2), 60.0)


def test_attention_within_kinds_is_found():
    cells = enrichment(DensePattern(attention_of(0, within=2.0)), KINDS, KINDS)
    assert [cell.verdict for cell in cells] == ["above 1", "below 1", "below 1", "above 1"]
    assert cells[0].estimate.value == pytest.approx(4 / 3, abs=0.1)
    assert str(cells[0]).startswith("head 0, metabolite (15) → metabolite (15): 1.")
    assert "above 1" in str(cells[0])


def test_a_kind_that_everybody_attends_is_not_enriched():
    cells = enrichment(DensePattern(attention_of(1, popular=5.0)), KINDS, KINDS)
    assert cells[1].mass > 0.8
    assert {cell.verdict for cell in cells} == {"no detectable difference"}


def test_intervals_are_over_items_where_there_are_several():
    cell = enrichment(DensePattern(attention_of(2, batch=(6,))), KINDS, KINDS)[0]
    assert (cell.estimate.n, cell.queries) == (6, 15)
    assert cell.estimate.how.endswith("over items")


def test_a_summary_with_stored_mass_is_tested_like_its_matrix():
    weights = attention_of(3, within=1.5)
    groups = {"metabolite": np.arange(15), "reaction": np.arange(15, 30)}
    dense = DensePattern(weights)
    top = np.sort(weights, -1)[..., :-3:-1]
    summary = {
        **{"entropy": stats.entropy(weights, axis=-1), "participation": 1 / (weights**2).sum(-1)},
        **{"largest": weights.max(-1), "received": weights.sum(-2)},
        **{"topk_weights": top, "topk_indices": np.argsort(-weights, -1)[..., :2]},
        "group_mass": np.stack([weights[..., :15].sum(-1), weights[..., 15:].sum(-1)], -1),
    }
    ours, theirs = (enrichment(each, groups, groups) for each in (StoredPattern(summary), dense))
    for one, other in zip(ours, theirs, strict=True):
        assert one.row() == pytest.approx(other.row())


def test_swaps_keep_degrees_and_make_no_edge_twice():
    pattern = random_edges(0)
    degree = np.bincount(pattern.edges[0], minlength=30)
    drawn = list(EdgeSwaps(draws=20).rewired(pattern))
    for keys in drawn:
        np.testing.assert_array_equal(np.bincount(keys, minlength=30), degree)
        assert np.unique(pattern.edges[1] * 30 + keys).size == keys.size
    changed = np.mean([keys != pattern.edges[0] for keys in drawn])
    assert changed > 0.5


def test_swaps_reach_every_graph_equally_often():
    # in- and out-degrees (1, 1, 1) have exactly the six permutations
    pattern = EdgePattern(np.array([[0, 1, 2], [0, 1, 2]]), np.ones((3, 1)), 3, 3)
    drawn = EdgeSwaps(draws=1500, sweeps=12).rewired(pattern)
    _, counts = np.unique(np.array(list(drawn)), axis=0, return_counts=True)
    assert counts.size == 6
    assert stats.chisquare(counts).pvalue > 1e-3


def test_edges_of_different_kinds_do_not_swap():
    pattern = random_edges(0)
    kinds = tuple(KINDS[pattern.edges[0]])
    for keys in EdgeSwaps(draws=5, kinds=kinds).rewired(pattern):
        np.testing.assert_array_equal(KINDS[keys], kinds)


def test_tokens_do_not_come_to_attend_themselves_where_none_may():
    pattern = random_edges(0)
    with pytest.raises(AnalysisError, match=r"\d+ tokens attend themselves"):
        list(EdgeSwaps(draws=1, loops=False).rewired(pattern))
    key, query = pattern.edges[:, pattern.edges[0] != pattern.edges[1]]
    weights = 1 / np.bincount(query, minlength=30)[query]
    without = EdgePattern(np.stack([key, query]), weights[:, None], 30, 30)
    for keys in EdgeSwaps(draws=20, loops=False).rewired(without):
        assert (keys != query).all()
    assert any((keys == query).any() for keys in EdgeSwaps(draws=20).rewired(without))


def test_edges_within_kinds_are_found_and_random_ones_are_not():
    planted = enrichment(random_edges(1, within=0.5, between=0.1), KINDS, KINDS, EdgeSwaps(draws=199))
    assert [cell.verdict for cell in planted] == ["above 1", "below 1", "below 1", "above 1"]
    random = enrichment(random_edges(2), KINDS, KINDS, EdgeSwaps(draws=199))
    assert {cell.verdict for cell in random} == {"no detectable difference"}


@pytest.mark.parametrize("null", [QueryShuffle(draws=99), EdgeSwaps(draws=49, sweeps=3)])
def test_p_is_uniform_where_there_is_nothing(null):
    make = random_edges if isinstance(null, EdgeSwaps) else lambda seed: DensePattern(attention_of(seed))
    p = [enrichment(make(seed), KINDS, KINDS, null)[0].estimate.null.p for seed in range(50)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_empty_groups_are_reported_and_not_divided_by():
    groups = {"all": np.arange(30), "none": np.array([], dtype=int)}
    cells = enrichment(DensePattern(attention_of(0)), groups, groups)
    assert [cell.verdict for cell in cells[1:]] == [
        "not estimable: group none has no keys",
        "not estimable: group none has no queries",
        "not estimable: group none has no queries",
    ]
    assert cells[1].row()["ratio"] is None


def test_rows_over_different_keys_cannot_be_exchanged():
    causal = np.tril(np.ones((30, 30), dtype=bool))
    weights = attention_of(0) * causal
    pattern = DensePattern(weights / weights.sum(-1, keepdims=True), causal)
    with pytest.raises(AnalysisError, match="use EdgeSwaps on edges"):
        enrichment(pattern, KINDS, KINDS)


def test_a_complete_graph_has_no_swaps():
    query, key = np.divmod(np.arange(9), 3)
    pattern = EdgePattern(np.stack([key, query]), np.full((9, 1), 1 / 3), 3, 3)
    with pytest.raises(AnalysisError, match="no edge can be swapped"):
        enrichment(pattern, ["a", "a", "b"], ["a", "a", "b"], EdgeSwaps(draws=3))
    with pytest.raises(AnalysisError, match="use QueryShuffle"):
        enrichment(DensePattern(np.full((1, 3, 3), 1 / 3)), ["a"] * 3, ["a"] * 3, EdgeSwaps())
