import json

import numpy as np
import pytest
from scipy import linalg, stats

from analysis import AnalysisError
from analysis.geometry.alignment import Alignment
from analysis.geometry.planted_codes import planted_code
from analysis.geometry.procrustes import disparity

QUICK = Alignment(permutations=99)


def measured(kind: str, alignment: Alignment = QUICK, **settings):
    code = planted_code(kind, **settings)
    return disparity(code.states[:, 1], code.states[:, 2], code.conditions[:, 1], code.groups, alignment)


@pytest.mark.parametrize("kind", ["slots", "shared rotating"])
@pytest.mark.parametrize("scaled", [True, False])
def test_a_code_that_turns_is_aligned_to_its_noise_floor(kind, scaled):
    found = measured(kind, Alignment(permutations=99, scaled=scaled))
    assert found.disparity.null.p == 0.01
    assert found.disparity.high < 0.75 < 0.9 < found.disparity.null.low
    assert found.disparity.value == pytest.approx(found.noise_floor.value, abs=0.12)


def test_a_fluctuation_that_outlasts_the_step_is_no_alignment():
    found = measured("noise", noise=1.0)
    assert found.disparity.value > 0.9
    assert found.disparity.null.p > 0.05


def test_without_noise_a_rotation_explains_everything_and_scale_is_seen():
    rng = np.random.default_rng(0)
    conditions = np.tile(np.arange(40), 4)
    source = rng.normal(size=(40, 5))[conditions]
    target = 3 * source @ stats.ortho_group.rvs(5, random_state=1)
    scaled = disparity(source, target, conditions, np.arange(160), QUICK)
    rigid = disparity(source, target, conditions, np.arange(160), Alignment(permutations=9, scaled=False))
    assert scaled.disparity.value == pytest.approx(0, abs=1e-12)
    assert scaled.scale == pytest.approx(3)
    assert rigid.disparity.value == pytest.approx((1 - 1 / 3) ** 2, rel=0.02)


def test_held_out_disparity_agrees_with_the_folds_written_out():
    rng = np.random.default_rng(2)
    means = rng.normal(size=(2, 15, 2))
    conditions = np.tile(np.arange(15), 2)
    source, target = means[:, conditions]
    alignment = Alignment(folds=15, permutations=1, components=2)
    found = disparity(source, target, conditions, np.arange(30), alignment).disparity
    residual, energy = 0.0, 0.0
    for test in range(15):
        rest = np.arange(15) != test
        a, b = means[0][rest].mean(0), means[1][rest].mean(0)
        matrix, stretch = linalg.orthogonal_procrustes(means[0][rest] - a, means[1][rest] - b)
        scale = stretch / ((means[0][rest] - a) ** 2).sum()
        residual += ((scale * (means[0][test] - a) @ matrix + b - means[1][test]) ** 2).sum()
        energy += ((means[1][test] - b) ** 2).sum()
    assert found.value == pytest.approx(residual / energy)
    assert found.n == 15


def test_unrelated_vectors_cannot_be_aligned_in_more_dimensions_than_conditions_allow():
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 80, 256))
    with pytest.raises(AnalysisError, match="at least 5 conditions for 1 components, got 4"):
        disparity(source, target, np.arange(80) % 4, np.arange(80), QUICK)
    found = disparity(source, target, np.arange(80) % 40, np.arange(80), QUICK)
    assert found.disparity.value > 0.9


def test_the_same_seed_gives_the_same_bytes():
    first, second = (json.dumps(measured("slots", trials=400).to_dict(), allow_nan=False) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("source", "conditions", "message"),
    [
        (np.full((60, 3), np.nan), np.arange(60) % 15, "source: 180 of 180 numbers are not finite"),
        (np.ones((50, 3)), np.arange(60) % 15, r"target: expected one per trial \(50\), got 60"),
        (np.ones((60, 3)), np.arange(60), "each needs at least two groups"),
        (np.ones((60, 3)), np.arange(50) % 15, r"conditions: expected one per trial \(60\), got 50"),
        (np.ones((60, 3)), np.arange(60) % 15, "condition averages that differ"),
    ],
)
def test_what_cannot_be_aligned_is_refused(source, conditions, message):
    with pytest.raises(AnalysisError, match=message):
        disparity(source, np.random.default_rng(0).normal(size=(60, 3)), conditions, np.arange(60), QUICK)


@pytest.mark.slow
def test_p_is_uniform_where_nothing_is_coded():
    seeds = range(200)
    found = [
        measured(
            "noise", Alignment(permutations=99, seed=seed), trials=500, features=15, noise=1.0, seed=seed
        )
        for seed in seeds
    ]
    assert stats.kstest([one.disparity.null.p for one in found], "uniform").pvalue > 0.01
