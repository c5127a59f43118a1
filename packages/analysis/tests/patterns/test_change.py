import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.patterns.change import MOVED, attention_change, attention_evolution
from analysis.patterns.dense import DensePattern

RNG = np.random.default_rng(0)


def layer(sharpness, items=20, seed=0, noise=0.0):
    """Attention about the same scores per item, as sharp as told."""
    scores = np.random.default_rng(seed).normal(size=(items, 2, 4, 6))
    scores = np.exp(sharpness * (scores + noise * RNG.normal(size=scores.shape)))
    return DensePattern(scores / scores.sum(-1, keepdims=True))


def found(changes, **where):
    return [each for each in changes if all(getattr(each, name) == value for name, value in where.items())]


def test_sharper_attention_has_lower_entropy_by_scipys_paired_test():
    before, after = layer(1.0), layer(2.0)
    (change,) = found(attention_change(before, after, draws=20), head=1, statistic="entropy")
    ours, theirs = (stats.entropy(each.weights[:, 1], axis=-1).mean(-1) for each in (after, before))
    assert change.p == pytest.approx(stats.ttest_rel(ours, theirs).pvalue)
    assert change.estimate.value == pytest.approx((ours - theirs).mean())
    assert (change.verdict, change.test) == ("lower", "paired t")


def test_attention_that_stays_on_the_same_keys_moved_less_than_between_items():
    (change,) = found(attention_change(layer(2.0), layer(2.0, noise=0.1), draws=999), head=0, statistic=MOVED)
    assert 0 < change.estimate.value < 0.1 < change.estimate.null.value
    assert change.verdict == "lower"
    (other,) = found(attention_change(layer(2.0), layer(2.0, seed=1), draws=999), head=0, statistic=MOVED)
    assert other.verdict == "no detectable difference"


def test_nothing_changes_between_two_layers_alike():
    changes = attention_change(layer(1.0, seed=2), layer(1.0, seed=3), draws=20)
    assert {change.verdict for change in changes} == {"no detectable difference"}


def test_other_numbers_of_items_are_compared_by_welch_and_not_moved():
    changes = attention_change(layer(1.0, items=20), layer(1.0, items=15))
    assert {change.test for change in changes} == {"Welch t"}
    assert not found(changes, statistic=MOVED)


def test_items_of_one_group_are_one_unit():
    changes = attention_change(layer(1.0), layer(2.0), np.repeat(range(5), 4), draws=20)
    assert found(changes, head=0, statistic="gini")[0].estimate.n == 5


def test_evolution_goes_step_by_step():
    steps = {"step 0": layer(0.5), "step 100": layer(1.0), "step 200": layer(2.0)}
    changes = attention_evolution(steps, draws=5)
    assert sorted({(each.before, each.after) for each in changes}) == [
        ("step 0", "step 100"),
        ("step 100", "step 200"),
    ]
    with pytest.raises(AnalysisError, match="at least two"):
        attention_evolution({"step 0": layer(1.0)})


def test_what_has_no_items_or_other_heads_is_refused():
    one = DensePattern(layer(1.0).weights[0])
    with pytest.raises(AnalysisError, match="batch axis of items"):
        attention_change(one, one)
    with pytest.raises(AnalysisError, match="as many heads"):
        attention_change(layer(1.0), DensePattern(layer(1.0).weights[:, :1]))
