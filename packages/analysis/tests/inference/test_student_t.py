import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import (
    AnalysisError,
    Estimate,
    cluster_estimate,
    difference,
    mean_estimate,
    paired_difference,
)

thousandths = st.integers(0, 1000).map(lambda x: x / 1000)
seeds = st.lists(thousandths, min_size=3, max_size=9).filter(lambda values: len(set(values)) > 1)


def test_an_estimate_prints_itself():
    assert str(Estimate(0.9531, 0.9412, 0.9638, 5, 0.5)) == "0.953 [0.941, 0.964], n = 5, chance 0.50"
    assert str(Estimate(0.9531, 0.9412, 0.9638, 5)) == "0.953 [0.941, 0.964], n = 5"


def test_one_unit_has_no_interval_and_says_so():
    estimate = mean_estimate([0.9], chance=0.5)
    assert str(estimate) == "0.900 no interval, n = 1, chance 0.50"
    assert math.isnan(estimate.low)
    assert json.loads(json.dumps(estimate.to_dict(), allow_nan=False))["low"] is None


@given(seeds, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_mean_agrees_with_scipy(values, level):
    estimate = mean_estimate(values, level=level)
    expected = stats.ttest_1samp(values, 0).confidence_interval(level)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert estimate.value == pytest.approx(np.mean(values))


def test_seeds_that_agree_exactly_have_an_interval_of_no_width():
    estimate = mean_estimate([1.0, 1.0, 1.0])
    assert (estimate.low, estimate.value, estimate.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("values", [[], np.ones((1, 2)), [0.5, float("nan")], [0.5, float("inf")]])
def test_what_cannot_be_averaged_is_refused(values):
    with pytest.raises(AnalysisError, match="expected"):
        mean_estimate(values)


def test_clustered_items_agree_with_statsmodels():
    from statsmodels.regression.linear_model import OLS

    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), rng.integers(1, 9, 12))
    values = rng.normal(size=12)[groups] + rng.normal(size=groups.size)
    fit = OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "df_correction": True}
    )
    estimate = cluster_estimate(values, groups)
    error = (estimate.high - estimate.value) / stats.t.ppf(0.975, 11)
    assert error == pytest.approx(fit.bse[0])
    assert estimate.n == 12


def test_groups_of_equal_size_are_the_units_themselves():
    values = np.random.default_rng(1).normal(size=(7, 4))
    clustered = cluster_estimate(values.ravel(), np.repeat([f"g{i}" for i in range(7)], 4))
    plain = mean_estimate(values.mean(1))
    assert (clustered.value, clustered.low, clustered.high) == pytest.approx(
        (plain.value, plain.low, plain.high)
    )


def test_one_group_has_no_interval():
    assert math.isnan(cluster_estimate([0.0, 1.0], ["a", "a"]).low)


def test_groups_must_match_the_values():
    with pytest.raises(AnalysisError, match=r"one group per value \(2\), got 3"):
        cluster_estimate([0.0, 1.0], [1, 2, 3])


pairs = st.lists(st.tuples(thousandths, thousandths), min_size=3, max_size=9)


@given(pairs.filter(lambda pairs: np.ptp([a - b for a, b in pairs]) > 1e-6))
def test_a_paired_difference_agrees_with_scipy(pairs):
    a, b = zip(*pairs, strict=True)
    ours, expected = paired_difference(a, b), stats.ttest_rel(a, b)
    assert ours.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    interval = expected.confidence_interval()
    assert (ours.estimate.low, ours.estimate.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


@given(seeds, seeds)
def test_an_unpaired_difference_agrees_with_scipy(a, b):
    ours, expected = difference(a, b), stats.ttest_ind(a, b, equal_var=False)
    assert ours.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    interval = expected.confidence_interval()
    assert (ours.estimate.low, ours.estimate.high) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert ours.n == len(a) + len(b)


def test_the_effect_size_of_pairs_is_corrected_for_few_pairs():
    gaps = [0.1, 0.3, 0.2, 0.4]
    correction = math.gamma(1.5) / (math.sqrt(1.5) * math.gamma(1.0))
    ours = paired_difference(gaps, [0.0] * 4)
    assert ours.effect_size == pytest.approx(np.mean(gaps) / np.std(gaps, ddof=1) * correction)
    assert (ours.effect, ours.test) == ("Hedges g of pairs", "paired t")


def test_the_unpaired_effect_size_agrees_with_statsmodels():
    from statsmodels.stats.meta_analysis import effectsize_smd

    a, b = np.random.default_rng(2).normal(size=30), np.random.default_rng(3).normal(1.0, 2.0, size=40)
    # statsmodels uses the approximation 1 − 3 / (4 f − 1) of the correction, equal to 1e-4 at this size
    expected, _ = effectsize_smd(a.mean(), a.std(ddof=1), a.size, b.mean(), b.std(ddof=1), b.size)
    assert difference(a, b).effect_size == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("test", [paired_difference, difference])
def test_no_difference_at_all_is_no_evidence(test):
    same = test([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    assert (same.p, same.effect_size, same.estimate.low, same.estimate.high) == (1.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("test", [paired_difference, difference])
def test_a_difference_without_spread_is_the_limit_of_the_test(test):
    apart = test([0.3, 0.3, 0.3], [0.1, 0.1, 0.1])
    assert (apart.p, apart.effect_size) == (0.0, math.inf)
    assert apart.to_dict()["effect_size"] is None


def test_rounding_errors_are_no_spread():
    a = np.array([0.1, 0.2, 0.3]) + 0.7
    assert paired_difference(a - 0.7 + 0.7, a).p == 1.0
    assert paired_difference([0.3, 0.6, 0.9], [0.1 * 3, 0.1 * 6, 0.1 * 9]).p == 1.0


@pytest.mark.parametrize("test", [paired_difference, difference])
def test_single_units_have_a_difference_but_no_test(test):
    alone = test([0.9], [0.5])
    assert alone.estimate.value == pytest.approx(0.4)
    assert all(math.isnan(value) for value in (alone.p, alone.effect_size, alone.estimate.low))


def test_two_pairs_have_a_test_but_no_effect_size():
    two = paired_difference([0.9, 0.8], [0.5, 0.5])
    assert 0 < two.p < 1
    assert math.isnan(two.effect_size)


def test_pairs_must_pair():
    with pytest.raises(AnalysisError, match=r"got 2 and 1; use difference\(\)"):
        paired_difference([0.1, 0.2], [0.1])
