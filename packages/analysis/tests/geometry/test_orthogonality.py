import json
from itertools import combinations

import numpy as np
import pytest

from analysis import AnalysisError
from analysis.geometry.directions import Directions
from analysis.geometry.orthogonality import orthogonalization, orthogonalization_index


def corners(classes: int, features: int) -> np.ndarray:
    return np.eye(features)[:classes]


def drawn(means: np.ndarray, trials: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(trials) % len(means)
    noise = np.random.default_rng(seed).normal(size=(trials, means.shape[1]))
    return 4 * means[labels] + noise, labels


@pytest.mark.parametrize("classes", [2, 3, 4, 8, 70])
def test_a_symmetric_code_has_the_index_of_the_simplex(classes):
    simplex = np.eye(classes) - 1 / classes
    assert orthogonalization_index(simplex) == pytest.approx(1 - 1 / (classes - 1))


def test_the_index_is_the_formula_written_out():
    directions = np.random.default_rng(0).normal(size=(5, 7))
    expected = [
        1 - abs(a @ b) / (np.linalg.norm(a) * np.linalg.norm(b)) for a, b in combinations(directions, 2)
    ]
    assert orthogonalization_index(directions) == pytest.approx(np.mean(expected))


@pytest.mark.parametrize("method", ["lda", "means"])
def test_a_symmetric_code_is_at_one_and_a_line_far_below_noise(method):
    symmetric = orthogonalization(*drawn(corners(4, 6)), np.arange(600), Directions(method), permutations=99)
    line = np.array([-1, -0.6, 0.6, 1])[:, None] * np.eye(6)[0]
    trials = drawn(line, 6000)
    collinear = orthogonalization(*trials, np.arange(6000), Directions(method), permutations=99)
    assert symmetric.normalised.value == pytest.approx(1, abs=0.1)
    assert collinear.index.value < collinear.index.null.low
    assert collinear.index.null.p < 0.05
    assert collinear.normalised.high < 0


def test_noise_is_inside_its_null():
    found = orthogonalization(*drawn(np.zeros((4, 6))), np.arange(600), permutations=199)
    assert found.index.null.low < found.index.value < found.index.null.high
    assert found.index.null.p > 0.05


def test_where_noise_is_as_far_apart_as_a_simplex_nothing_is_normalised():
    found = orthogonalization(*drawn(corners(4, 80)), np.arange(600), permutations=20)
    assert found.index.null.value == pytest.approx(2 / 3, abs=0.02)
    assert found.normalised.how.startswith("not estimable: noise (0.66")


def test_an_index_less_certain_than_its_room_is_wide_is_not_normalised():
    found = orthogonalization(*drawn(np.zeros((4, 6))), np.arange(600), permutations=99)
    room = found.simplex - found.index.null.value
    assert 0.02 < room < found.index.high - found.index.low
    assert found.normalised.how.startswith(
        f"not estimable: the room between noise and simplex ({room:.3f}) is not larger than the index's own interval"
    )


def test_two_classes_have_an_index_of_zero_and_no_normalised_one():
    found = orthogonalization(*drawn(corners(2, 6)), np.arange(600), permutations=20)
    assert found.index.value == pytest.approx(0)
    assert found.normalised.how == "not estimable: two classes always point apart"
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["normalised"]["value"] is None


def test_classes_are_matched_by_averaging_over_subsets():
    activity, labels = drawn(np.random.default_rng(3).normal(size=(4, 6)))
    found = orthogonalization(activity, labels, np.arange(600), classes=3, permutations=20)
    expected = []
    for subset in combinations(range(4), 3):
        rows = np.isin(labels, subset)
        expected.append(orthogonalization_index(Directions()(activity[rows], labels[rows])))
    assert found.index.value == pytest.approx(np.mean(expected))
    assert (found.classes, found.simplex) == (3, 0.5)


def test_the_interval_covers_the_index_of_the_population():
    means = np.random.default_rng(5).normal(size=(3, 5))
    truth = orthogonalization_index(Directions()(*drawn(means, 60_000, seed=99)))
    covered = []
    for seed in range(40):
        estimate = orthogonalization(*drawn(means, 300, seed), np.arange(300), permutations=1).index
        covered.append(estimate.low <= truth <= estimate.high)
    assert np.mean(covered) >= 0.85


@pytest.mark.parametrize(
    ("labels", "directions", "classes", "message"),
    [
        (np.zeros(20), None, None, "at least 2 classes, got 1"),
        (np.arange(20) % 3, None, 4, "at least 4 classes, got 3"),
        (np.arange(19) % 3, None, None, r"labels: expected one per trial \(20\), got 19"),
        (np.arange(20) % 3, Directions(components=9), None, "at least 9 features"),
    ],
)
def test_what_has_no_index_is_refused(labels, directions, classes, message):
    activity = np.random.default_rng(0).normal(size=(20, 4))
    with pytest.raises(AnalysisError, match=message):
        orthogonalization(activity, labels, np.arange(20), directions, classes=classes, permutations=5)


def test_a_class_without_a_direction_is_refused():
    with pytest.raises(AnalysisError, match="directions that are not zero, got 1 of 2"):
        orthogonalization_index(np.array([[1.0, 0], [0, 0]]))
