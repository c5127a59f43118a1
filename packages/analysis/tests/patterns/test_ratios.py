import numpy as np
import pytest

from analysis import AnalysisError, Estimate
from analysis.inference.resampling import Bootstrap
from analysis.patterns.ratios import group_ratio, ratio_of_sums, ratio_verdict

RNG = np.random.default_rng(0)
QUICK = Bootstrap(resamples=999)


def items(count=40, tokens=12, lift=1.0):
    """Attention on tokens, of which the first five of an item get `lift` times as much as the last five."""
    first = np.zeros((count, tokens), dtype=bool)
    first[:, :5] = True
    second = np.zeros_like(first)
    second[:, -5:] = True
    mass = RNG.gamma(2.0, size=(count, tokens)) * np.where(first, lift, 1.0)
    return mass / mass.sum(1, keepdims=True), first, second


@pytest.mark.parametrize(
    ("estimate", "verdict"),
    [
        (Estimate(1.3, 0.9, 1.7, 5), "no detectable difference"),
        (Estimate(1.0, 1.0, 1.0, 5), "no detectable difference"),
        (Estimate(1.3, 1.1, 1.5, 5), "above 1"),
        (Estimate(0.7, 0.5, 0.9, 5), "below 1"),
        (Estimate(1.3, np.nan, np.nan, 1), "not estimable: a ratio without an interval"),
        (Estimate.not_estimable("group x has no keys"), "not estimable: group x has no keys"),
    ],
)
def test_a_ratio_is_called_what_its_interval_allows(estimate, verdict):
    assert ratio_verdict(estimate) == verdict


def test_a_planted_ratio_is_found_and_a_missing_one_is_not():
    found = group_ratio(*items(lift=2.0), bootstrap=QUICK)
    assert found.low < 2.0 < found.high
    assert (ratio_verdict(found), found.null.p < 0.01, found.chance) == ("above 1", True, 1.0)
    nothing = group_ratio(*items(), bootstrap=QUICK)
    assert ratio_verdict(nothing) == "no detectable difference"
    assert nothing.null.p > 0.05


def test_items_with_an_empty_group_are_counted_and_left_out():
    mass, first, second = items()
    second[:7] = False
    found = group_ratio(mass, first, second, bootstrap=QUICK)
    assert found.n == 33
    assert found.how.endswith("7 of 40 items have an empty group")
    rest = group_ratio(mass[7:], first[7:], second[7:], bootstrap=QUICK)
    assert (found.value, found.low) == (rest.value, rest.low)


def test_groups_that_are_empty_everywhere_have_no_ratio():
    mass, first, second = items()
    found = group_ratio(mass, first, second & False)
    assert ratio_verdict(found) == "not estimable: 40 of 40 items have an empty group"


def test_items_of_one_group_count_once():
    assert group_ratio(*items(), groups=np.repeat(range(10), 4), bootstrap=QUICK).n == 10


def test_a_shuffle_that_starves_the_second_group_leaves_no_null():
    mass = np.eye(1, 4).repeat(6, 0)
    first = np.array([[True, False, False, False]] * 6)
    found = group_ratio(mass * 0.9 + 0.0, first, ~first, bootstrap=QUICK)
    assert found.how == "not estimable: the second group gets no attention"
    mass[0] = [0, 1, 0, 0]
    found = group_ratio(mass, first, ~first, permutations=999, bootstrap=QUICK)
    assert found.null is None
    assert "shuffles the second group gets no attention" in found.how


def test_a_ratio_of_sums_has_the_interval_of_its_linearisation():
    a, b = RNG.gamma(3.0, size=30), RNG.gamma(4.0, size=30)
    found = ratio_of_sums(a, b)
    ratio = a.mean() / b.mean()
    covariance = np.cov(a, b)
    variance = (
        (covariance[0, 0] - 2 * ratio * covariance[0, 1] + ratio**2 * covariance[1, 1]) / 30 / b.mean() ** 2
    )
    assert found.value == pytest.approx(ratio)
    assert (found.high - found.low) / 2 == pytest.approx(2.045230 * np.sqrt(variance), rel=1e-6)
    assert ratio_of_sums([1.0, 2.0], [0.0, 0.0]).how == "not estimable: the denominator is zero"


def test_what_has_no_ratio_is_refused():
    mass, first, second = items()
    with pytest.raises(AnalysisError, match="in both groups"):
        group_ratio(mass, first, first)
    with pytest.raises(AnalysisError, match="finite attention"):
        group_ratio(-mass, first, second)
    with pytest.raises(AnalysisError, match=r"\[items tokens\], got"):
        group_ratio(mass[0], first, second)
    with pytest.raises(AnalysisError, match=r"one group per item \(40\), got 3"):
        group_ratio(mass, first, second, groups=[0, 1, 2])
