import numpy as np
import pytest

from analysis import AnalysisError
from analysis.geometry.conditions import condition_means, half_means, principal_angles, shared_space

RNG = np.random.default_rng(0)
ACTIVITY = RNG.normal(size=(60, 7))
CONDITIONS = np.repeat(["b", "c", "a"], 20)


def test_condition_means_are_in_sorted_order():
    expected = [ACTIVITY[name == CONDITIONS].mean(0) for name in "abc"]
    np.testing.assert_allclose(condition_means(ACTIVITY, CONDITIONS), expected)


def test_paired_averages_share_no_trial():
    marks = np.eye(60)
    before, after = half_means(marks, marks, CONDITIONS, np.arange(60))
    assert ((before > 0) & (after > 0)).sum() == 0
    assert ((before > 0) | (after > 0)).any(1).all()


def test_groups_are_not_halved():
    groups = np.arange(60) // 2
    before, _ = half_means(np.eye(60), np.eye(60), CONDITIONS, groups)
    np.testing.assert_array_equal(before[..., ::2] > 0, before[..., 1::2] > 0)


def test_a_condition_of_one_group_is_refused():
    with pytest.raises(AnalysisError, match=r"condition rare is in one half .* at least two groups"):
        half_means(ACTIVITY, ACTIVITY, np.r_[CONDITIONS[:-1], ["rare"]], np.arange(60))


def test_the_shared_space_is_that_of_the_covariance():
    means = [RNG.normal(size=(1, 20, 6)) * [9, 5, 3, 1, 0.1, 0.1] + 7 for _ in range(2)]
    space = shared_space(means, 3)
    centred = np.concatenate([side[0] - side[0].mean(0) for side in means])
    values, vectors = np.linalg.eigh(centred.T @ centred)
    assert space.kept == pytest.approx(values[-3:].sum() / values.sum())
    np.testing.assert_allclose(np.cos(principal_angles(space.basis, vectors[:, -3:])), 1)
    np.testing.assert_allclose(space.basis.T @ space.basis, np.eye(3), atol=1e-12)


def test_the_shared_space_is_as_large_as_conditions_and_rank_allow():
    assert shared_space([RNG.normal(size=(2, 24, 30))]).components == 4
    flat = RNG.normal(size=(2, 24, 2)) @ RNG.normal(size=(2, 30))
    assert shared_space([flat]).components == 2


@pytest.mark.parametrize(
    ("means", "components", "message"),
    [
        (np.ones((1, 12, 5)), 3, "at least 15 conditions for 3 components, got 12"),
        (np.ones((1, 4, 5)), None, "at least 5 conditions for 1 components, got 4"),
        (np.ones((1, 12, 5)), None, "expected condition averages that differ"),
    ],
)
def test_too_few_or_equal_conditions_are_refused(means, components, message):
    with pytest.raises(AnalysisError, match=message):
        shared_space([means], components)


def test_principal_angles_of_planes_in_known_position():
    angle = 0.3
    first = np.array([[1, 0], [0, 1], [0, 0], [0, 0]], dtype=float)
    second = np.array([[1, 0], [0, np.cos(angle)], [0, np.sin(angle)], [0, 0]])
    np.testing.assert_allclose(principal_angles(first, second), [0, angle], atol=1e-7)


def test_subspaces_of_different_spaces_have_no_angle():
    with pytest.raises(AnalysisError, match="got 3 and 4 features"):
        principal_angles(np.ones((3, 1)), np.ones((4, 1)))
