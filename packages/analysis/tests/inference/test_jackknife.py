import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.inference.jackknife import jackknife, jackknife_each


def test_the_jackknife_of_a_mean_is_students_interval():
    values = np.random.default_rng(0).normal(size=12)
    ours = jackknife(lambda kept: float(values[kept].mean()), np.arange(12))
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert (ours.low, ours.high) == pytest.approx((expected.low, expected.high))


def test_the_jackknife_leaves_out_whole_groups():
    values = np.repeat(np.random.default_rng(0).normal(size=10), 30)
    ours = jackknife(lambda kept: float(values[kept].mean()), np.repeat(np.arange(10), 30))
    expected = stats.ttest_1samp(values[::30], 0).confidence_interval()
    assert (ours.low, ours.high, ours.n) == (pytest.approx(expected.low), pytest.approx(expected.high), 10)


def test_one_group_has_no_jackknife():
    with pytest.raises(AnalysisError, match="at least two groups of trials, got 1"):
        jackknife(lambda kept: 0.0, ["a", "a"])


def test_several_statistics_at_once_are_each_alone():
    values = np.random.default_rng(0).normal(size=(30, 2))
    both = jackknife_each(lambda kept: values[kept].mean(0), np.arange(30))
    for column, found in enumerate(both):
        alone = jackknife(lambda kept, c=column: float(values[kept, c].mean()), np.arange(30))
        assert (found.value, found.low, found.high) == pytest.approx((alone.value, alone.low, alone.high))
