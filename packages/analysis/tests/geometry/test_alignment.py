import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, spatial, stats

from analysis import AnalysisError
from analysis.geometry.alignment import Alignment


def points(seed: int, dim: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(12, dim)), rng.normal(size=(12, dim))


@given(st.integers(0, 100))
def test_the_rotation_is_scipys(seed):
    source, target = points(seed)
    a, b = source - source.mean(0), target - target.mean(0)
    expected, stretch = linalg.orthogonal_procrustes(a, b)
    found = Alignment().fit(source, target)
    np.testing.assert_allclose(found.matrix, expected, atol=1e-10)
    assert found.scale == pytest.approx(stretch / (a**2).sum())


@given(st.integers(0, 100))
def test_its_error_is_the_disparity_of_scipy(seed):
    source, target = points(seed)
    found = Alignment().fit(source, target)
    _, _, expected = spatial.procrustes(target, source)
    error = ((found(source) - target) ** 2).sum() / ((target - target.mean(0)) ** 2).sum()
    assert error == pytest.approx(expected)


@given(st.integers(0, 100))
def test_a_proper_rotation_is_scipys_kabsch(seed):
    source, target = points(seed, 3)
    a, b = source - source.mean(0), target - target.mean(0)
    expected, _ = spatial.transform.Rotation.align_vectors(b, a)
    found = Alignment(reflection=False, scaled=False).fit(source, target)
    np.testing.assert_allclose(found.matrix.T, expected.as_matrix(), atol=1e-6)
    assert found.scale == 1


@pytest.mark.parametrize("scaled", [True, False])
def test_a_known_movement_is_recovered(scaled):
    source, _ = points(0)
    matrix = stats.ortho_group.rvs(4, random_state=1)
    target = (2.5 if scaled else 1.0) * source @ matrix + 3
    found = Alignment(scaled=scaled).fit(source, target)
    np.testing.assert_allclose(found.matrix, matrix, atol=1e-10)
    np.testing.assert_allclose(found(source), target, atol=1e-10)


def test_many_targets_at_once_are_each_alone():
    source, _ = points(0)
    targets = np.random.default_rng(1).normal(size=(5, 12, 4))
    for reflection in (True, False):
        alignment = Alignment(reflection=reflection)
        matrices, scales = alignment.solve(source, targets)
        for target, matrix, scale in zip(targets, matrices, scales, strict=True):
            alone = alignment.solve(source, target)
            np.testing.assert_allclose(matrix, alone[0], atol=1e-10)
            assert scale == pytest.approx(float(alone[1]))


def test_equal_points_and_unpaired_points_are_refused():
    with pytest.raises(AnalysisError, match="source points that differ"):
        Alignment().fit(np.ones((4, 2)), np.ones((4, 2)))
    with pytest.raises(AnalysisError, match=r"points in pairs, got \(4, 2\) and \(3, 2\)"):
        Alignment().fit(np.ones((4, 2)), np.ones((3, 2)))
    with pytest.raises(AnalysisError, match="at least 2 folds"):
        Alignment(folds=1)


def test_shuffles_are_orders_of_all_conditions_and_repeat_by_seed():
    orders = Alignment(permutations=20, seed=3).shuffles(9)
    assert (np.sort(orders, axis=1) == np.arange(9)).all()
    np.testing.assert_array_equal(orders, Alignment(permutations=20, seed=3).shuffles(9))
