"""Whether intervals cover what they say and p values are uniform under the null, by drawing many data sets."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis import (
    Bootstrap,
    Permutation,
    StepsToCriterion,
    benjamini_hochberg,
    cliffs_delta,
    cluster_estimate,
    difference,
    hedges_g,
    hedges_g_paired,
    holm,
    interquartile_mean,
    mean_estimate,
    paired_difference,
    performance_profile,
    probability_of_improvement,
    steps_difference,
)

pytestmark = pytest.mark.slow

BOOT, FEWER = Bootstrap(resamples=699), Bootstrap(resamples=399)
SEEDS, TRIALS = np.repeat(np.arange(10), 20), np.tile(np.arange(20), 10)


def nested(rng, spread: float = 0.5) -> np.ndarray:
    """Scores of ten seeds on twenty trials each; seeds differ."""
    return (spread * rng.normal(size=(10, 1)) + rng.normal(size=(10, 20))).ravel()


def crossed(rng, noise: float) -> np.ndarray:
    """Ten seeds that answered the same twenty trials; seeds differ, and trials do."""
    return 0.5 * (rng.normal(size=(10, 1)) + rng.normal(size=20)) + noise * rng.normal(size=(10, 20))


def skewed(rng, n: int) -> np.ndarray:
    return rng.beta(8, 2, size=n)


def apart(rng):
    return rng.normal(0.8, 1, size=10), rng.normal(size=12)


def waiting(rng, scale: float = 300.0, runs: int = 15) -> StepsToCriterion:
    """Arrivals after exponential times, watched for 200 to 600 steps."""
    times, budget = rng.exponential(scale, runs), rng.uniform(200, 600, runs)
    return StepsToCriterion(np.minimum(times, budget), times <= budget)


def curve_at(curve, at: float):
    """The bounds of a step curve, each its own estimate."""
    index = np.searchsorted(curve.at, at, side="right") - 1
    return curve.low[index], curve.high[index]


def bounds(estimate):
    return estimate.low, estimate.high


COVERED = {
    "mean of 5 seeds": (0.0, lambda rng: bounds(mean_estimate(rng.normal(size=5)))),
    "mean over groups": (0.0, lambda rng: bounds(cluster_estimate(nested(rng), SEEDS))),
    "paired t": (
        0.3,
        lambda rng: bounds(paired_difference(rng.normal(0.3, 1, 6), rng.normal(size=6)).estimate),
    ),
    "Welch": (0.8, lambda rng: bounds(difference(*apart(rng)).estimate)),
    "units, 8 normal": (0.0, lambda rng: bounds(BOOT.units(rng.normal(size=8)))),
    "units, 20 scores": (0.8, lambda rng: bounds(BOOT.units(skewed(rng, 20)))),
    "pairs": (0.0, lambda rng: bounds(BOOT.paired(skewed(rng, 10), skewed(rng, 10)))),
    "two sides": (0.8, lambda rng: bounds(BOOT.independent(*apart(rng)))),
    "groups": (0.0, lambda rng: bounds(BOOT.groups(nested(rng), SEEDS))),
    "groups that do not differ": (0.0, lambda rng: bounds(BOOT.groups(nested(rng, 0.0), SEEDS))),
    "seeds and trials": (0.0, lambda rng: bounds(FEWER.hierarchical(nested(rng), SEEDS, TRIALS))),
    "seeds × trials": (
        0.0,
        lambda rng: bounds(BOOT.crossed(crossed(rng, 0.3))),
    ),
    "Hedges g": (0.8, lambda rng: bounds(hedges_g(*apart(rng)))),
    "Hedges g of pairs": (
        0.5,
        lambda rng: bounds(hedges_g_paired(rng.normal(0.5, 1, 6), np.zeros(6))),
    ),
    "Cliff's delta": (
        2 * stats.norm.cdf(0.8 / math.sqrt(2)) - 1,
        lambda rng: bounds(cliffs_delta(*apart(rng))),
    ),
    "interquartile mean": (
        0.0,
        lambda rng: bounds(interquartile_mean(nested(rng).reshape(10, 20), bootstrap=BOOT)),
    ),
    "interquartile mean, tasks apart": (
        0.0,
        lambda rng: bounds(
            interquartile_mean(rng.normal(size=(6, 9)), independent_tasks=True, bootstrap=BOOT)
        ),
    ),
    "probability of improvement": (
        stats.norm.cdf(0.5 / math.sqrt(2)),
        lambda rng: bounds(
            probability_of_improvement(
                rng.normal(0.5, 1, (8, 9)), rng.normal(size=(8, 9)), independent_tasks=True, bootstrap=BOOT
            )
        ),
    ),
    "profile": (
        stats.norm.sf(0.5 / math.sqrt(1.25)),
        lambda rng: curve_at(performance_profile(nested(rng).reshape(10, 20), [0.5], bootstrap=BOOT), 0.5),
    ),
    "survival": (math.exp(-0.5), lambda rng: curve_at(waiting(rng).survival(), 150.0)),
    "restricted mean": (
        300 * (1 - math.exp(-2 / 3)),
        lambda rng: bounds(waiting(rng).restricted_mean(200.0)),
    ),
    "difference of restricted means": (
        300 * (1 - math.exp(-2 / 3)) - 600 * (1 - math.exp(-1 / 3)),
        lambda rng: bounds(
            steps_difference(
                waiting(rng), waiting(rng, 600.0), 200.0, permutation=Permutation(draws=1)
            ).estimate
        ),
    ),
}


@pytest.mark.parametrize(("truth", "interval"), COVERED.values(), ids=COVERED)
def test_ninety_five_percent_intervals_cover_as_often(truth, interval):
    found = np.array([interval(np.random.default_rng([7, draw])) for draw in range(1500)])
    covered = np.mean((found[:, 0] <= truth) & (truth <= found[:, 1]))
    assert 0.93 <= covered <= 0.97


def test_counting_the_noise_of_answers_twice_never_makes_an_interval_too_narrow():
    designs = (
        lambda rng: FEWER.hierarchical(nested(rng, 0.0), SEEDS, TRIALS),
        lambda rng: FEWER.crossed(crossed(rng, 1.0)),
    )
    for design in designs:
        found = [bounds(design(np.random.default_rng([8, draw]))) for draw in range(400)]
        assert np.mean([low <= 0 <= high for low, high in found]) >= 0.95


def product(x, y):
    return x @ y


MANY = Permutation(draws=999)
UNIFORM = {
    "paired t": lambda rng: paired_difference(rng.normal(size=6), rng.normal(size=6)).p,
    "Welch": lambda rng: difference(rng.normal(size=10), 2 * rng.normal(size=12)).p,
    "sign flip": lambda rng: MANY.paired(rng.laplace(size=20), rng.laplace(size=20)).p,
    "permutation": lambda rng: MANY.independent(rng.exponential(size=12), rng.exponential(size=15)).p,
    "against chance": lambda rng: MANY.against_chance(0.5 + rng.normal(size=20), 0.5).null.p,
    "association": lambda rng: (
        MANY.association(rng.normal(size=15), rng.exponential(size=15), product).null.p
    ),
    "log-rank": lambda rng: steps_difference(waiting(rng), waiting(rng), permutation=MANY).p,
}


@pytest.mark.parametrize("p", UNIFORM.values(), ids=UNIFORM)
def test_under_the_null_p_is_uniform(p):
    found = [p(np.random.default_rng([9, draw])) for draw in range(1000)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_under_the_null_every_exact_p_is_as_likely_as_another():
    gaps = np.random.default_rng(10).normal(size=(2000, 6))
    found = [Permutation().paired(row, np.zeros(6)).p for row in gaps]
    counts = np.bincount(np.rint(np.array(found) * 32).astype(int), minlength=33)
    assert counts[0] == 0
    assert stats.chisquare(counts[1:]).pvalue > 0.01


def test_corrections_keep_the_error_they_promise():
    rng = np.random.default_rng(11)
    p = rng.uniform(size=(4000, 9))
    p[:, :3] = stats.norm.sf(rng.normal(2.5, 1, size=(4000, 3)))  # three of nine are real
    false = np.array([holm(row)[3:] < 0.05 for row in p])
    assert false.any(1).mean() <= 0.05
    found = np.array([benjamini_hochberg(row) < 0.05 for row in p])
    share = found[:, 3:].sum(1) / np.maximum(found.sum(1), 1)
    assert 0.02 <= share.mean() <= 0.05
    assert found[:, :3].mean() > np.mean([holm(row)[:3] < 0.05 for row in p])
