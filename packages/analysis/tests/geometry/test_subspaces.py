import numpy as np
import pytest
from scipy import linalg, stats

from analysis import AnalysisError
from analysis.geometry.subspaces import property_angles

FRAME = stats.ortho_group.rvs(30, random_state=0)
TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=float)
TRIANGLE = np.array([[2, 0], [-1, 1], [-1, -1]], dtype=float)


def planted(angle: float, *, trials: int = 800, noise: float = 0.5, together: float = 0.0, seed: int = 0):
    """Two properties whose planes share one direction at 90° and lie at `angle` in the other."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(4, size=trials), rng.integers(3, size=trials)
    second = np.where(rng.random(trials) < together, first % 3, second)
    tilted = np.array([np.cos(angle) * FRAME[0] + np.sin(angle) * FRAME[3], FRAME[4]])
    activity = TETRAHEDRON[first] @ FRAME[:3] + TRIANGLE[second] @ tilted
    return activity + noise * rng.normal(size=(trials, 30)), first, second


@pytest.mark.parametrize("angle", [0.2, 0.7, 1.4])
def test_planted_angles_are_found(angle):
    activity, first, second = planted(angle, noise=0.1)
    found = property_angles(activity, first, second, np.arange(800), permutations=20)
    values = [estimate.value for estimate in found.angles]
    assert values == pytest.approx([np.degrees(angle), 90], abs=2.5)


def test_without_noise_they_are_those_of_scipy():
    activity, first, second = planted(0.7, noise=0.0)
    found = property_angles(activity, first, second, np.arange(800), permutations=5)
    means = [
        np.array([activity[(first == a) & (second == b)].mean(0) for a in range(4) for b in range(3)])
        .reshape(4, 3, 30)
        .mean(axis)
        for axis in (1, 0)
    ]
    spans = [(mean - mean.mean(0)).T[:, :-1] for mean in means]
    expected = np.degrees(linalg.subspace_angles(*spans))[::-1]
    assert [estimate.value for estimate in found.angles] == pytest.approx(expected, abs=1e-5)


def test_orthogonal_properties_overlap_less_than_chance_and_shared_ones_more():
    found = {
        angle: property_angles(*planted(angle), np.arange(800), permutations=99).overlap
        for angle in (0.0, np.pi / 2)
    }
    assert found[np.pi / 2].value < found[np.pi / 2].null.low
    assert found[0.0].value > found[0.0].null.value
    assert found[0.0].value == pytest.approx(0.5, abs=0.05)


def test_properties_that_go_together_do_not_share_their_effects():
    activity, first, second = planted(np.pi / 2, together=0.6, noise=0.1)
    found = property_angles(activity, first, second, np.arange(800), permutations=5)
    assert found.angles[0].value > 87


def test_noise_is_inside_its_null():
    activity, first, second = planted(0.0)
    noise = np.random.default_rng(3).normal(size=activity.shape)
    overlap = property_angles(noise, first, second, np.arange(800), permutations=199).overlap
    assert overlap.null.low < overlap.value < overlap.null.high


def test_properties_that_tell_each_other_are_refused():
    activity, first, _ = planted(0.0)
    with pytest.raises(AnalysisError, match="4 and 4 classes cannot be told apart"):
        property_angles(activity, first, 3 - first, np.arange(800), permutations=5)
    with pytest.raises(AnalysisError, match="1 and 4 classes cannot be told apart"):
        property_angles(activity, np.zeros(800), first, np.arange(800), permutations=5)
