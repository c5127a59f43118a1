import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.patterns.dense import DensePattern
from analysis.patterns.pattern_table import pattern_table
from analysis.patterns.stored import StoredPattern

RNG = np.random.default_rng(0)
WEIGHTS = RNG.dirichlet(np.ones(6), size=(10, 2, 4))


def cell(table, **where):
    (row,) = table.filter(**where).iter_rows(named=True)
    return row


def test_the_plain_figures_of_the_weights_are_numpys():
    table = pattern_table({"first": DensePattern(WEIGHTS)})
    ours, head = cell(table, head=1, statistic="weight"), WEIGHTS[:, 1]
    expected = {"mean": head.mean(), "sd": head.std(), "variance": head.var(), "largest": head.max()}
    expected |= {"smallest": head.min(), "range": np.ptp(head), "n": head.size}
    assert {name: ours[name] for name in expected} == pytest.approx(expected)


def test_intervals_are_over_items_and_not_over_queries():
    entropy = stats.entropy(WEIGHTS[:, 0], axis=-1).mean(-1)
    interval = stats.ttest_1samp(entropy, 0).confidence_interval()
    ours = cell(pattern_table({"first": DensePattern(WEIGHTS)}), head=0, statistic="entropy")
    assert (ours["low"], ours["high"], ours["n"]) == pytest.approx((interval.low, interval.high, 10))


def test_items_of_one_group_are_not_independent():
    table = pattern_table({"first": DensePattern(WEIGHTS)}, groups=np.repeat(range(5), 2))
    assert cell(table, head=0, statistic="entropy")["n"] == 5


def test_one_map_has_no_interval_and_says_so():
    ours = cell(pattern_table({"first": DensePattern(WEIGHTS[0])}), head=0, statistic="largest")
    assert (ours["n"], ours["low"]) == (1, None)
    assert ours["mean"] == pytest.approx(WEIGHTS[0, 0].max(-1).mean())
    assert "not independent" in ours["how"]


def test_sparsity_is_told_at_every_threshold():
    table = pattern_table({"first": DensePattern(WEIGHTS)}, thresholds=(0.05, 0.2))
    for threshold in (0.05, 0.2):
        ours = cell(table, head=0, statistic=f"below_{threshold}")
        assert ours["mean"] == pytest.approx((WEIGHTS[:, 0] < threshold).mean())


def test_distance_is_told_where_positions_are():
    weights = RNG.dirichlet(np.ones(5), size=(8, 1, 5))
    places = RNG.normal(size=(5, 2))
    far = np.linalg.norm(places[:, None] - places[None], axis=-1)
    ours = cell(
        pattern_table({"first": DensePattern(weights)}, positions=places), head=0, statistic="distance"
    )
    assert ours["mean"] == pytest.approx((weights[:, 0] * far).sum(-1).mean())


def test_what_a_summary_does_not_hold_is_null_with_the_reason():
    from_rows = {"entropy": stats.entropy(WEIGHTS, axis=-1), "participation": 1 / (WEIGHTS**2).sum(-1)}
    top = np.argsort(-WEIGHTS, -1)[..., :2]
    rest = {"topk_weights": np.take_along_axis(WEIGHTS, top, -1), "topk_indices": top}
    layer = StoredPattern({**from_rows, **rest, "largest": WEIGHTS.max(-1), "received": WEIGHTS.sum(-2)})
    table = pattern_table({"first": layer})
    assert cell(table, head=0, statistic="gini")["how"].startswith("not estimable: a summary holds no Gini")
    assert cell(table, head=0, statistic="below_0.001")["how"].startswith("not estimable: the stored weights")
    weight = cell(table, head=0, statistic="weight")
    assert (weight["smallest"], weight["variance"]) == (None, pytest.approx(WEIGHTS[:, 0].var()))


def test_rows_that_attend_nothing_are_counted_and_not_averaged():
    weights = WEIGHTS.copy()
    weights[0] = 0.0
    weights[1, :, 2] = 0.0
    ours = cell(pattern_table({"first": DensePattern(weights)}), head=0, statistic="entropy")
    assert (ours["n"], ours["missing"]) == (9, 5)
    assert ours["how"].endswith("1 of 10 items have none")
    kept = stats.entropy(WEIGHTS[1:, 0], axis=-1)
    kept[0, 2] = np.nan
    assert ours["mean"] == pytest.approx(np.nanmean(kept, -1).mean())


def test_no_layers_and_too_few_groups_are_refused():
    with pytest.raises(AnalysisError, match="at least one layer"):
        pattern_table({})
    with pytest.raises(AnalysisError, match=r"one group per item \(10\), got 3"):
        pattern_table({"first": DensePattern(WEIGHTS)}, groups=[1, 2, 3])
