import json
import math

import numpy as np
import pytest
from scipy import stats

from analysis import (
    AnalysisError,
    Bootstrap,
    interquartile_mean,
    mean_estimate,
    optimality_gap,
    performance_profile,
    probability_of_improvement,
)

RNG = np.random.default_rng(0)
OURS = RNG.beta(8, 2, size=(10, 9))
THEIRS = RNG.beta(6, 3, size=(8, 9))
QUICK = Bootstrap(resamples=999)
THRESHOLDS = np.linspace(0, 1, 21)


def width(estimate) -> float:
    return estimate.high - estimate.low


def test_the_interquartile_mean_is_the_mean_of_the_middle_half():
    scores = np.arange(16.0).reshape(4, 4)
    assert interquartile_mean(scores).value == np.arange(4, 12).mean()
    wild = scores.copy()
    wild[0, 0], wild[3, 3] = -1e6, 1e6
    assert interquartile_mean(wild).value == np.arange(4, 12).mean()


def test_the_optimality_gap_knows_no_more_than_the_target():
    assert optimality_gap(np.array([[0.5, 2.0], [1.0, 0.7]])).value == pytest.approx((0.5 + 0.3) / 4)
    assert optimality_gap(OURS, 2.0).value == pytest.approx(2 - OURS.mean())


def test_the_probability_of_improvement_is_mann_whitneys_share():
    ours, theirs = np.round(OURS, 1), np.round(THEIRS, 1)
    shares = [stats.mannwhitneyu(ours[:, k], theirs[:, k]).statistic / 80 for k in range(9)]
    found = probability_of_improvement(ours, theirs, bootstrap=QUICK)
    assert found.value == pytest.approx(np.mean(shares))
    assert (found.n, found.chance) == (18, 0.5)
    assert found.low < found.value < found.high


def test_better_arms_are_likely_to_improve_and_equal_ones_are_not():
    assert probability_of_improvement(OURS + 0.2, THEIRS, bootstrap=QUICK).low > 0.5
    twins = np.random.default_rng(1).normal(size=(2, 10, 9))
    found = probability_of_improvement(*twins, bootstrap=QUICK)
    assert found.low < 0.5 < found.high


def test_a_profile_is_the_share_of_scores_above():
    found = performance_profile(OURS, THRESHOLDS, bootstrap=QUICK)
    expected = 1 - stats.ecdf(OURS.ravel()).cdf.evaluate(THRESHOLDS)
    np.testing.assert_allclose(found.value, expected)
    banded = ~np.isnan(found.low)
    assert banded.sum() >= 10
    assert (found.low <= found.value)[banded].all()
    assert (found.value <= found.high)[banded].all()
    assert (np.diff(found.value) <= 0).all()


def test_a_profile_has_no_band_where_no_resample_differs_and_says_so():
    found = performance_profile(OURS, [-1.0, 0.8], bootstrap=QUICK)
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert found.how.endswith("no interval: all resamples agree")
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["low"][0] is None


def test_one_task_is_the_bootstrap_of_its_runs():
    one = OURS[:, :1]
    found = interquartile_mean(one)
    again = Bootstrap().groups(one.ravel(), np.arange(10), lambda x: stats.trim_mean(x, 0.25))
    assert (found.value, found.n) == (again.value, 10)
    assert width(found) == pytest.approx(width(again), rel=0.05)


def test_tasks_of_one_network_are_no_further_units():
    fate = np.repeat(RNG.normal(size=(12, 1)), 9, axis=1) + 0.01 * RNG.normal(size=(12, 9))
    together = optimality_gap(fate, 10.0)
    assert width(together) == pytest.approx(width(mean_estimate(fate.mean(1))), rel=0.2)
    apart = optimality_gap(fate, 10.0, independent_tasks=True)
    assert width(apart) < width(together) / 2


def test_a_task_drawn_by_itself_has_the_variance_of_a_stratified_mean():
    found = optimality_gap(OURS, 10.0, independent_tasks=True)
    error = math.sqrt((OURS.var(0, ddof=1) / 10).sum()) / 9
    assert width(found) == pytest.approx(2 * error * stats.t.isf(0.025, 81), rel=0.05)


STATISTICS = {
    "middle": lambda scores, bootstrap=QUICK: interquartile_mean(scores, bootstrap=bootstrap),
    "gap": lambda scores, bootstrap=QUICK: optimality_gap(scores, 2.0, bootstrap=bootstrap),
    "better": lambda scores, bootstrap=QUICK: probability_of_improvement(scores, THEIRS, bootstrap=bootstrap),
    "profile": lambda scores, bootstrap=QUICK: performance_profile(scores, [0.8], bootstrap=bootstrap),
}
statistics = pytest.mark.parametrize("statistic", STATISTICS.values(), ids=STATISTICS)


@statistics
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(statistic):
    first, second, other = (
        json.dumps(statistic(OURS, Bootstrap(resamples=199, seed=seed)).to_dict()) for seed in (1, 1, 2)
    )
    assert first == second
    assert other != first or statistic is STATISTICS["profile"]


@statistics
def test_few_runs_have_no_interval(statistic):
    found = statistic(OURS[:4])
    assert np.isnan(found.low).all()
    assert "4 units are too few" in found.how


@statistics
@pytest.mark.parametrize("wrong", [np.empty((0, 9)), np.full((5, 9), np.nan)])
def test_what_is_no_score_is_refused(statistic, wrong):
    with pytest.raises(AnalysisError, match="expected"):
        statistic(wrong)


def test_both_sides_need_the_same_tasks():
    with pytest.raises(AnalysisError, match="same tasks on both sides, got 9 and 8"):
        probability_of_improvement(OURS, THEIRS[:, :8])
