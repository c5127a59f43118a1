import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import AnalysisError, Bootstrap, mean_estimate, ratio_of_means
from analysis.inference.resampling import expanded_level

RNG = np.random.default_rng(0)
SCORES = RNG.beta(8, 2, size=12)
OTHERS = RNG.beta(6, 2, size=12)
QUICK = Bootstrap(resamples=999)


def widened(n: int, freedom: int) -> float:
    """Hesterberg's level, from the normal's survival function and not from its distribution function."""
    return 1 - 2 * stats.norm.sf(math.sqrt(n / (n - 1)) * stats.t.isf(0.025, freedom))


def bounds(estimate) -> tuple[float, float]:
    return estimate.low, estimate.high


@pytest.mark.parametrize("statistic", [np.mean, np.median, np.std])
def test_units_agree_with_scipy(statistic):
    expected = stats.bootstrap(
        (SCORES,),
        statistic,
        n_resamples=999,
        confidence_level=widened(12, 11),
        method="BCa",
        rng=np.random.default_rng(0),
    )
    found = QUICK.units(SCORES, statistic, chance=0.5)
    assert bounds(found) == pytest.approx(tuple(expected.confidence_interval))
    assert (found.value, found.n, found.chance) == (statistic(SCORES), 12, 0.5)


@pytest.mark.parametrize(("method", "paired", "freedom"), [("paired", True, 11), ("independent", False, 22)])
def test_two_sides_agree_with_scipy(method, paired, freedom):
    expected = stats.bootstrap(
        (SCORES, OTHERS),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        n_resamples=999,
        paired=paired,
        confidence_level=widened(12, freedom),
        rng=np.random.default_rng(0),
    )
    found = getattr(QUICK, method)(SCORES, OTHERS)
    assert bounds(found) == pytest.approx(tuple(expected.confidence_interval))
    assert found.n == (12 if paired else 24)


def test_pairs_are_sharper_than_sides_that_share_their_units():
    noise = RNG.normal(size=12)
    paired, apart = (
        method(noise + 0.5, noise + 0.01 * OTHERS) for method in (QUICK.paired, QUICK.independent)
    )
    assert paired.high - paired.low < (apart.high - apart.low) / 10


def test_any_statistic_of_pairs_has_an_interval():
    assert QUICK.paired(SCORES + 1, SCORES, ratio_of_means, chance=1.0).low > 1
    correlated = QUICK.paired(SCORES, SCORES + 0.01 * OTHERS, lambda a, b: stats.pearsonr(a, b).statistic)
    assert correlated.low > 0.9


def test_many_units_have_students_interval():
    values = RNG.normal(size=400)
    assert bounds(Bootstrap().units(values)) == pytest.approx(bounds(mean_estimate(values)), abs=0.01)


def test_the_level_is_widened_for_few_units_only():
    assert expanded_level(0.95, 5) == pytest.approx(widened(5, 4))
    assert expanded_level(0.95, 100_000) == pytest.approx(0.95, abs=1e-4)


def test_groups_of_equal_items_are_drawn_as_units():
    found = QUICK.groups(np.repeat(SCORES, 3), np.repeat([f"g{i:02}" for i in range(12)], 3))
    means = SCORES[np.random.default_rng(0).integers(12, size=(999, 12))].mean(1)
    tail = (1 - widened(12, 11)) / 2
    assert bounds(found) == pytest.approx(tuple(np.quantile(means, [tail, 1 - tail])))
    assert found.n == 12


def seeds_and_trials(seeds=8, trials=30, spread=1.0, rng=RNG):
    values = spread * rng.normal(size=(seeds, 1)) + rng.normal(size=(seeds, trials))
    return values, np.repeat(np.arange(seeds), trials)


def test_drawing_trials_too_adds_their_noise_once_more():
    values, seeds = seeds_and_trials(seeds=8, trials=20, spread=0.0)
    once, twice = QUICK.groups(values.ravel(), seeds), QUICK.hierarchical(values.ravel(), seeds)
    # variance over seeds: between / n; over seeds and trials: that and within / (n · trials) on top
    between, within = values.mean(1).var(), values.var(1).mean() / 20
    expected = math.sqrt((between + within) / between)
    assert (twice.high - twice.low) / (once.high - once.low) == pytest.approx(expected, rel=0.12)
    assert once.n == twice.n == 8


def test_steps_of_a_trial_stay_together():
    values, seeds = seeds_and_trials(trials=20)
    steps, owners = np.repeat(values.ravel(), 6), np.repeat(seeds, 6)
    trials = np.repeat(np.tile(np.arange(20), 8), 6)
    together = QUICK.hierarchical(steps, owners, trials)
    assert bounds(together) == pytest.approx(bounds(QUICK.hierarchical(values.ravel(), seeds)))


def test_trials_that_are_hard_for_every_seed_count_as_few():
    hardness = RNG.normal(size=10)
    values = hardness + 0.01 * RNG.normal(size=(20, 10))
    found, alone = QUICK.crossed(values), mean_estimate(hardness)
    assert found.high - found.low == pytest.approx(alone.high - alone.low, rel=0.25)
    assert found.n == 10


DESIGNS = {
    "units": lambda boot, x: boot.units(x),
    "paired": lambda boot, x: boot.paired(x, x[::-1] ** 2),
    "independent": lambda boot, x: boot.independent(x, x[::-1] ** 2),
    "groups": lambda boot, x: boot.groups(x, np.arange(x.size) // 2),
    "hierarchical": lambda boot, x: boot.hierarchical(x, np.arange(x.size) // 2),
    "crossed": lambda boot, x: boot.crossed(x.reshape(-1, 6)),
}
designs = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)


@designs
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(design):
    x = np.random.default_rng(3).normal(size=36)
    first, second, other = (
        json.dumps(design(Bootstrap(resamples=99, seed=seed), x).to_dict(), allow_nan=False)
        for seed in (1, 1, 2)
    )
    assert first == second != other


@designs
def test_units_that_all_agree_have_no_interval_and_this_is_said(design):
    found = design(QUICK, np.ones(36))
    assert math.isnan(found.low)
    assert found.how.endswith("no interval: all resamples agree")


@designs
def test_few_units_have_no_interval_and_this_is_said(design):
    found = design(QUICK, np.linspace(0, 1, 6)[: 4 if design in list(DESIGNS.values())[:3] else 6])
    assert math.isnan(found.low)
    assert found.how.endswith("too few to draw again, 5 are needed")


@designs
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(design, wrong):
    x = np.linspace(0, 1, 36)
    x[7] = wrong
    with pytest.raises(AnalysisError, match="expected finite values"):
        design(QUICK, x)


@pytest.mark.parametrize("method", ["units", "paired", "independent"])
def test_no_values_are_refused(method):
    with pytest.raises(AnalysisError, match="at least one value"):
        getattr(QUICK, method)(*[[]] * (1 if method == "units" else 2))


@pytest.mark.parametrize(("seeds", "trials"), [(np.arange(3), None), (np.arange(36), np.arange(3))])
def test_every_item_needs_its_seed_and_trial(seeds, trials):
    with pytest.raises(AnalysisError, match=r"one label per value \(36\), got 3"):
        QUICK.hierarchical(np.ones(36), seeds, trials)


def test_a_statistic_that_fails_on_some_resamples_has_no_interval():
    values = np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    found = QUICK.units(values, lambda x: float(x.sum() / x.sum()) if x.sum() else math.nan)
    assert "the statistic is not finite in" in found.how
    assert found.value == 1.0
    with pytest.raises(AnalysisError, match="expected a finite statistic, got nan"):
        QUICK.units(values, lambda x: math.nan)


def test_where_bca_is_not_defined_the_percentile_stands_and_says_so():
    values = np.array([0.0] * 11 + [1.0] * 2)
    found = QUICK.units(values, np.max)
    assert (found.low, found.high) == (0.0, 1.0)
    assert "percentile (BCa is not defined here)" in found.how


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_intervals_move_with_their_values(scale, shift):
    found, moved = QUICK.units(SCORES), QUICK.units(scale * SCORES + shift)
    assert bounds(moved) == pytest.approx([scale * bound + shift for bound in bounds(found)], abs=1e-9)


def test_groups_of_unequal_size_are_drawn_whole():
    values, owners = np.repeat([0.0, 1, 2, 3, 4, 5], 3)[:-2], np.repeat(np.arange(6), 3)[:-2]
    seen = []
    QUICK.groups(values, owners, lambda x: float(seen.append(x) or x.mean()))
    counts = [np.bincount(x.astype(int), minlength=6) for x in seen[1:]]
    assert all((count[:5] % 3 == 0).all() for count in counts)
    assert {(count // np.array([3, 3, 3, 3, 3, 1])).sum() for count in counts} == {6}
    nested = QUICK.hierarchical(values, owners)
    assert nested.low < nested.value < nested.high
