import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import (
    AnalysisError,
    cliffs_delta,
    difference,
    hedges_g,
    hedges_g_paired,
    paired_difference,
)

RNG = np.random.default_rng(0)
A, B = RNG.normal(0.7, 1, size=30), RNG.normal(0, 1.5, size=40)
scores = st.lists(st.integers(0, 20).map(float), min_size=3, max_size=9)


def test_hedges_g_agrees_with_pingouin():
    from pingouin import compute_effsize

    # pingouin has the approximation 1 − 3 / (4 f − 1) of the correction
    assert hedges_g(A, B).value == pytest.approx(compute_effsize(A, B, eftype="hedges"), rel=1e-4)
    paired = compute_effsize(A - B[:30], 0.0, eftype="hedges")
    assert hedges_g_paired(A, B[:30]).value == pytest.approx(paired, rel=1e-3)


def test_hedges_g_is_that_of_the_tests():
    assert hedges_g(A, B).value == pytest.approx(difference(A, B).effect_size)
    assert hedges_g_paired(A, B[:30]).value == pytest.approx(paired_difference(A, B[:30]).effect_size)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("shift", [-3.0, 0.0, 0.2, 3.0])
def test_at_its_bounds_the_observed_t_stands_in_the_tails(shift, level):
    a, tail = A[:7] + shift, (1 - level) / 2
    found, t = hedges_g(a, B[:9], level=level), stats.ttest_ind(a, B[:9]).statistic
    root = math.sqrt(1 / 7 + 1 / 9)
    assert stats.nct.sf(t, 14, found.low / root) == pytest.approx(tail, rel=1e-4)
    assert stats.nct.cdf(t, 14, found.high / root) == pytest.approx(tail, rel=1e-4)


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_at_the_bounds_of_pairs_too(shift):
    found = hedges_g_paired(A[:6] + shift, B[:6])
    t = stats.ttest_rel(A[:6] + shift, B[:6]).statistic
    assert stats.nct.sf(t, 5, found.low * math.sqrt(6)) == pytest.approx(0.025, rel=1e-4)
    assert stats.nct.cdf(t, 5, found.high * math.sqrt(6)) == pytest.approx(0.025, rel=1e-4)


def test_cliffs_delta_agrees_with_pingouin():
    from pingouin import mwu

    rounded, others = np.round(A, 1), np.round(B, 1)
    assert cliffs_delta(rounded, others).value == pytest.approx(mwu(rounded, others)["RBC"].item())


@given(scores, scores)
def test_cliffs_delta_and_its_interval_agree_with_the_matrix_of_pairs(a, b):
    found = cliffs_delta(a, b)
    dominance = np.sign(np.subtract.outer(a, b))
    delta, (m, n) = dominance.mean(), dominance.shape
    assert found.value == pytest.approx(delta)
    if abs(delta) == 1:
        return
    variance = (
        n**2 * ((dominance.mean(1) - delta) ** 2).sum()
        + m**2 * ((dominance.mean(0) - delta) ** 2).sum()
        - ((dominance - delta) ** 2).sum()
    ) / (m * n * (m - 1) * (n - 1))
    variance = max(variance, (1 - delta**2) / (m * n - 1))
    t = stats.t.isf(0.025, m + n - 2)
    root = t * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + t**2 * variance)
    bounds = (np.array([-root, root]) + delta - delta**3) / (1 - delta**2 + t**2 * variance)
    assert (found.low, found.high) == pytest.approx(tuple(np.clip(bounds, -1, 1)))


@given(scores, scores)
def test_swapping_the_sides_turns_the_sign(a, b):
    found, turned = cliffs_delta(a, b), cliffs_delta(b, a)
    assert (found.value, found.low, found.high) == pytest.approx(
        (-turned.value, -turned.high, -turned.low), abs=1e-12
    )


def test_sides_that_do_not_overlap_are_still_uncertain():
    found = cliffs_delta([4, 5, 6, 7, 8], [1, 2, 3])
    wilson = (3 - stats.t.isf(0.025, 6) ** 2) / (3 + stats.t.isf(0.025, 6) ** 2)
    assert (found.low, found.value, found.high) == (pytest.approx(wilson), 1.0, 1.0)
    assert cliffs_delta([1, 2, 3], [4, 5, 6, 7, 8]).high == pytest.approx(-wilson)


def test_large_samples_need_no_matrix_of_pairs():
    a, b = RNG.normal(0.1, 1, 200_000), RNG.normal(size=200_000)
    found = cliffs_delta(a, b)
    assert found.low < 2 * stats.norm.cdf(0.1 / math.sqrt(2)) - 1 < found.high
    assert found.high - found.low < 0.01


@pytest.mark.parametrize("size", [hedges_g, hedges_g_paired])
def test_values_that_do_not_vary_have_no_g_and_say_so(size):
    assert str(size([0.1 * 3] * 3, [0.3] * 3)) == "not estimable: Hedges g of values that do not vary"
    assert math.isnan(size([1.0] * 3, [0.0] * 3).value)


def test_few_units_have_no_size_and_say_so():
    assert str(hedges_g([1.0], [2.0])).startswith("not estimable: Hedges g needs 2 degrees of freedom")
    assert str(hedges_g_paired([1.0, 2.0], [2.0, 5.0])).startswith("not estimable")
    assert str(cliffs_delta([1.0], [2.0, 3.0])) == "-1.000 no interval, n = 3, chance 0.00"


@pytest.mark.parametrize("size", [hedges_g, hedges_g_paired, cliffs_delta])
@pytest.mark.parametrize("wrong", [[], [0.1, math.nan], np.ones((1, 1))])
def test_what_has_no_size_is_refused(size, wrong):
    with pytest.raises(AnalysisError, match="expected"):
        size(wrong, wrong)


def test_pairs_must_pair():
    with pytest.raises(AnalysisError, match="got 3 and 2"):
        hedges_g_paired([1, 2, 3], [1, 2])
