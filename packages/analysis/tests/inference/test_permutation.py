import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import AnalysisError, Permutation, difference, paired_difference

hundredths = st.integers(0, 100).map(lambda x: x / 100)
few = st.lists(hundredths, min_size=2, max_size=6)
RNG = np.random.default_rng(0)
A, B = RNG.normal(0.6, 1, size=25), RNG.normal(size=25)


@given(st.lists(st.tuples(hundredths, hundredths), min_size=2, max_size=7))
def test_few_pairs_are_tested_exactly(pairs):
    a, b = np.array(pairs).T
    gaps = np.rint(100 * (a - b))
    totals = [abs(gaps @ signs) for signs in itertools.product([-1, 1], repeat=len(gaps))]
    found = Permutation().paired(a, b)
    assert found.p == pytest.approx(np.mean([total >= abs(gaps.sum()) for total in totals]))
    assert found.estimate.null.how == f"all {2 ** len(gaps)} sign flips"


@given(few, few)
def test_few_units_are_tested_exactly(a, b):
    units = np.rint(100 * np.array(a + b))
    chosen = itertools.combinations(range(units.size), len(a))
    sums = np.array([units[list(rows)].sum() for rows in chosen])
    observed = units[: len(a)].sum()
    expected = min(1, 2 * min(np.mean(sums >= observed), np.mean(sums <= observed)))
    assert Permutation().independent(a, b).p == pytest.approx(expected)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_many_units_agree_with_scipy(alternative):
    options = {"n_resamples": 999, "alternative": alternative, "vectorized": True}
    ours = Permutation(draws=999, alternative=alternative)
    mean = stats.permutation_test(
        (A - B,), np.mean, permutation_type="samples", rng=np.random.default_rng(0), **options
    )
    assert ours.paired(A, B).p == pytest.approx(mean.pvalue)
    gap = stats.permutation_test(
        (A, B), lambda x, y, axis: x.mean(axis) - y.mean(axis), rng=np.random.default_rng(0), **options
    )
    assert ours.independent(A, B).p == pytest.approx(gap.pvalue)


def test_interval_and_size_are_those_of_students_tests():
    for ours, students in (
        (Permutation().paired, paired_difference),
        (Permutation().independent, difference),
    ):
        found, expected = ours(A, B), students(A, B)
        assert (found.estimate.low, found.estimate.high) == (expected.estimate.low, expected.estimate.high)
        assert (found.effect_size, found.n) == (expected.effect_size, expected.n)
        assert found.p == pytest.approx(expected.p, abs=0.02)


def test_five_networks_cannot_fall_below_a_sixteenth():
    found = Permutation().against_chance([0.9, 0.92, 0.95, 0.91, 0.93], 0.5)
    assert found.null.p == pytest.approx(2 / 32)
    assert found.null.value == pytest.approx(0.5)
    assert str(found).endswith("p = 0.0625 (all 32 sign flips)")


def test_an_association_is_held_against_shuffled_pairings():
    def correlation(x, y):
        return stats.pearsonr(x, y).statistic

    found = Permutation(draws=999).association(A, A + B, correlation)
    expected = stats.permutation_test(
        (A,), lambda x: correlation(x, A + B), permutation_type="pairings", n_resamples=999, rng=1
    )
    assert found.null.p == pytest.approx(expected.pvalue, abs=0.01)
    assert found.value == correlation(A, A + B)
    assert "no interval" in str(found)
    assert Permutation().association(A[:5], A[:5], correlation).null.how == "all 120 pairings"


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    first, second, other = (
        json.dumps(Permutation(draws=199, seed=seed).independent(A, B).to_dict()) for seed in (1, 1, 2)
    )
    assert first == second != other


@pytest.mark.parametrize("test", [Permutation().paired, Permutation().independent])
def test_no_difference_at_all_is_no_evidence(test):
    assert test([0.1 * 3, 0.3, 0.3], [0.3, 0.3, 0.1 * 3]).p == 1.0


@pytest.mark.parametrize("test", [Permutation().paired, Permutation().independent])
def test_single_units_have_no_test(test):
    found = test([0.9], [0.5])
    assert math.isnan(found.p)
    assert found.estimate.null is None
    assert Permutation().against_chance([0.9], 0.5).null is None


@pytest.mark.parametrize(
    ("test", "arguments", "message"),
    [
        (Permutation().paired, ([0.1, 0.2], [0.1]), "as many values on both sides, got 2 and 1"),
        (Permutation().paired, ([], []), "at least one value"),
        (Permutation().independent, ([0.1, math.nan], [0.1]), "expected finite values"),
        (Permutation().against_chance, ([0.1, math.nan], 0.1), "expected finite values"),
    ],
)
def test_what_cannot_be_tested_is_refused(test, arguments, message):
    with pytest.raises(AnalysisError, match=message):
        test(*arguments)


def test_an_alternative_of_another_name_is_refused():
    with pytest.raises(
        AnalysisError, match="alternative: expected one of greater, less, two-sided, got 'both'"
    ):
        Permutation(alternative="both")
