import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import (
    AnalysisError,
    Permutation,
    StepsToCriterion,
    difference,
    mean_estimate,
    steps_difference,
)

EVERY = [100, 200, 300, 400]
RNG = np.random.default_rng(0)


def arrivals(rng, runs=40, scale=300.0, budget=500.0) -> StepsToCriterion:
    """Exponential arrival times, watched up to a budget, and some runs stopped early."""
    times, stopped = rng.exponential(scale, runs), np.where(rng.random(runs) < 0.2, 150.0, budget)
    return StepsToCriterion(np.minimum(times, stopped), times <= stopped)


def by_hand(steps, reached, horizon) -> float:
    """The area under the product-limit curve, one unit of steps after the other."""
    share, area = 1.0, 0.0
    for step in range(int(horizon)):
        area += share
        waiting = sum(s >= step + 1 for s in steps)
        arrived = sum(s == step + 1 and r for s, r in zip(steps, reached, strict=True))
        share *= 1 - arrived / waiting if waiting else 1.0
    return area


def test_a_run_arrives_with_the_first_evaluation_at_the_criterion():
    found = StepsToCriterion.of_curves(
        [(EVERY, [0.5, 0.9, 0.8, 0.95]), (EVERY, [0.1, 0.2, 0.3, 0.89]), (EVERY[:2], [0.9, 0.9])], 0.9
    )
    assert found.steps.tolist() == [200, 400, 100]
    assert found.reached.tolist() == [True, False, True]


def test_a_lucky_evaluation_is_no_arrival():
    curves = [(EVERY, [0.95, 0.5, 0.9, 0.9]), (EVERY, [0.5, 0.5, 0.5, 0.95]), (EVERY[:1], [0.95])]
    found = StepsToCriterion.of_curves(curves, 0.9, hold=2)
    assert found.steps.tolist() == [300, 400, 100]
    assert found.reached.tolist() == [True, False, False]


def test_the_survival_curve_agrees_with_statsmodels():
    from statsmodels.duration.survfunc import SurvfuncRight

    found = arrivals(RNG)
    curve, expected = found.survival(), SurvfuncRight(found.steps, found.reached.astype(int))
    at = np.isin(curve.at, expected.surv_times)
    np.testing.assert_allclose(curve.value[at], expected.surv_prob)
    # Kalbfleisch & Prentice: the band is symmetric on the scale of log(−log S)
    spread = expected.surv_prob_se / (expected.surv_prob * np.abs(np.log(expected.surv_prob)))
    power = np.exp(stats.norm.isf(0.025) * spread)
    np.testing.assert_allclose(curve.low[at], expected.surv_prob**power)
    np.testing.assert_allclose(curve.high[at], expected.surv_prob ** (1 / power))
    assert curve.n == 40


def test_where_all_have_arrived_the_curve_has_no_band():
    curve = StepsToCriterion(np.array([1.0, 2.0]), np.array([True, True])).survival()
    assert curve.value.tolist() == [0.5, 0.0]
    assert math.isnan(curve.low[-1])
    assert json.loads(json.dumps(curve.to_dict(), allow_nan=False))["low"][-1] is None


runs = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=2, max_size=9)


@given(runs)
def test_the_restricted_mean_is_the_area_under_the_curve(runs):
    steps, reached = (np.array(column) for column in zip(*runs, strict=True))
    found = StepsToCriterion(steps.astype(float), reached)
    assert found.restricted_mean().value == pytest.approx(by_hand(steps, reached, steps.max()))


@given(st.lists(st.integers(1, 12), min_size=3, max_size=9), st.integers(3, 15))
def test_with_one_budget_for_all_it_is_students_mean(steps, budget):
    steps = np.array(steps, dtype=float)
    found = StepsToCriterion(np.minimum(steps, budget), steps <= budget)
    horizon = float(min(budget, found.watched, 12))
    plain = mean_estimate(found.restricted(horizon))
    ours = found.restricted_mean(horizon)
    assert ours.value == pytest.approx(plain.value)
    if plain.low < plain.high:
        assert (ours.low, ours.high) == pytest.approx((plain.low, plain.high))
    else:
        assert ours.how.endswith("no interval: all runs agree")


def test_runs_that_never_arrive_are_counted_and_not_left_out():
    found = StepsToCriterion(np.array([100.0, 200.0, 400.0, 400.0]), np.array([True, True, False, False]))
    assert found.restricted_mean().value == 275.0
    assert "2 of 4 arrived" in found.restricted_mean().how


def test_where_nobody_arrives_the_budget_stands_without_an_interval():
    found = StepsToCriterion(np.full(5, 400.0), np.zeros(5, dtype=bool)).restricted_mean()
    assert (found.value, found.n) == (400.0, 5)
    assert math.isnan(found.low)
    assert "0 of 5 arrived; no interval: all runs agree" in found.how
    one = StepsToCriterion(np.array([3.0]), np.array([True])).restricted_mean()
    assert one.how.endswith("no interval: one run")


def test_the_log_rank_test_agrees_with_scipy_where_runs_are_many():
    a, b = arrivals(np.random.default_rng(3)), arrivals(np.random.default_rng(4), scale=500.0)
    sides = [stats.CensoredData.right_censored(side.steps, ~side.reached) for side in (a, b)]
    assert steps_difference(a, b).p == pytest.approx(stats.logrank(*sides).pvalue, abs=0.02)


def test_the_log_rank_test_of_few_runs_counts_every_regrouping():
    steps = np.array([100.0, 200, 200, 400, 300, 400, 400, 400])
    reached = np.array([True, True, True, True, True, False, False, False])
    side = StepsToCriterion(steps[:4], reached[:4]), StepsToCriterion(steps[4:], reached[4:])

    def numerator(rows) -> float:
        """Arrivals in a group minus Σ_t d_t · (its share of those waiting)."""
        rows, total = list(rows), 0.0
        for time in sorted(set(steps[reached])):
            waiting, arrived = steps >= time, (steps == time) & reached
            total += arrived[rows].sum() - arrived.sum() * waiting[rows].sum() / waiting.sum()
        return total

    groups = [numerator(rows) for rows in itertools.combinations(range(8), 4)]
    observed = numerator(range(4))
    tails = [np.mean([sign * g >= sign * observed - 1e-9 for g in groups]) for sign in (1, -1)]
    found = steps_difference(*side)
    assert found.p == pytest.approx(min(1, 2 * min(tails)))
    assert found.test == "log-rank, all 70 regroupings"


def test_with_one_budget_the_difference_is_welchs():
    times = np.random.default_rng(1).exponential([[200.0], [400.0]], (2, 12))
    a, b = (StepsToCriterion(np.minimum(row, 500.0), row <= 500.0) for row in times)
    found, plain = steps_difference(a, b, 500.0), difference(a.restricted(500.0), b.restricted(500.0))
    assert (found.estimate.low, found.estimate.high) == pytest.approx(
        (plain.estimate.low, plain.estimate.high)
    )
    ratio = a.restricted(500.0).mean() / b.restricted(500.0).mean()
    assert (found.effect_size, found.effect) == (pytest.approx(ratio), "ratio of steps")


def test_the_horizon_is_the_last_step_that_both_can_tell_of():
    done = StepsToCriterion(np.array([100.0, 150.0]), np.array([True, True]))
    waiting = StepsToCriterion(np.array([300.0, 500.0]), np.array([True, False]))
    assert "up to 500 steps" in steps_difference(done, waiting).estimate.how
    short = StepsToCriterion(np.array([120.0, 130.0]), np.array([True, False]))
    assert "up to 130 steps" in steps_difference(short, waiting).estimate.how


def test_the_same_seed_gives_the_same_bytes():
    a, b = arrivals(np.random.default_rng(3)), arrivals(np.random.default_rng(4))
    first, second = (
        json.dumps(steps_difference(a, b, permutation=Permutation(draws=99, seed=2)).to_dict())
        for _ in range(2)
    )
    assert first == second


STOPPED = StepsToCriterion(np.array([100.0, 200.0]), np.array([True, False]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: StepsToCriterion.of_curves([], 0.9), "at least one value"),
        (lambda: StepsToCriterion.of_curves([([2, 1], [0.1, 0.2])], 0.9), "steps that increase"),
        (lambda: StepsToCriterion.of_curves([([1, 2], [0.1])], 0.9), "got 2 and 1"),
        (lambda: StepsToCriterion.of_curves([([1, 2], [0.1, math.nan])], 0.9), "finite"),
        (lambda: StepsToCriterion.of_curves([([1, 2], [0.1, 0.2])], 0.9, hold=0), "to hold, got 0"),
        (lambda: StepsToCriterion(np.array([0.0, 1.0]), np.array([True, True])), "positive steps"),
        (lambda: STOPPED.restricted(300.0), "1 runs were watched for less than 300 steps; .* up to 200"),
        (lambda: STOPPED.restricted_mean(300.0), "up to 200, got 300"),
        (lambda: STOPPED.restricted_mean(0.0), "above 0"),
        (lambda: steps_difference(STOPPED, STOPPED, 300.0), "up to 200, got 300"),
    ],
)
def test_what_cannot_be_told_is_refused(call, message):
    with pytest.raises(AnalysisError, match=message):
        call()
