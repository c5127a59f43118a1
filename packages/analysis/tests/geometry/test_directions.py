import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.svm import LinearSVC

from analysis import AnalysisError
from analysis.geometry.directions import Directions


def corners(classes: int, features: int) -> np.ndarray:
    return np.eye(features)[:classes]


def drawn(means: np.ndarray, trials: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(trials) % len(means)
    noise = np.random.default_rng(seed).normal(size=(trials, means.shape[1]))
    return 4 * means[labels] + noise, labels


def test_lda_directions_are_those_of_sklearn_mapped_back_to_raw_space():
    activity, labels = drawn(np.random.default_rng(1).normal(size=(3, 6)))
    activity = activity * [1, 10, 100, 1, 1, 0.01] + 5
    standard = (activity - activity.mean(0)) / activity.std(0)
    within = sum(np.cov(standard[labels == c].T, bias=True) for c in range(3)) / 3
    # S_w + λI is sklearn's (1 − s) S_w + s tr(S_w) / p I up to a factor
    size = np.trace(within) / 6
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1 / (0.1 + size)).fit(standard, labels)
    expected = (lda.coef_ - lda.coef_.mean(0)) / activity.std(0)
    found = Directions()(activity, labels)
    np.testing.assert_allclose(found * (expected[0, 0] / found[0, 0]), expected, rtol=1e-6)


def test_svm_directions_are_those_of_sklearn():
    activity, labels = drawn(np.random.default_rng(1).normal(size=(3, 6)), 90)
    standard = (activity - activity.mean(0)) / activity.std(0)
    expected = LinearSVC(random_state=0).fit(standard, labels).coef_ / activity.std(0)
    np.testing.assert_allclose(Directions("svm")(activity, labels), expected, rtol=1e-6)


def test_mean_directions_are_mean_differences():
    activity, labels = drawn(corners(3, 5))
    means = np.array([activity[labels == c].mean(0) for c in range(3)])
    expected = (means - means.mean(0)) / activity.var(0)
    np.testing.assert_allclose(Directions("means")(activity, labels), expected)


def test_components_map_back_to_raw_space():
    activity, labels = drawn(corners(3, 8) * 3)
    found = Directions("means", components=2)(activity, labels)
    scores = PCA(2, svd_solver="full").fit(activity)
    points = scores.transform(activity)
    means = np.array([points[labels == c].mean(0) for c in range(3)])
    expected = (means - means.mean(0)) / points.var(0) @ scores.components_
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_a_constant_feature_has_no_weight():
    activity, labels = drawn(corners(3, 5))
    activity[:, 4] = 7.0
    assert (Directions()(activity, labels)[:, 4] == 0).all()


def test_many_labelings_of_one_activity_are_each_alone():
    activity, labels = drawn(np.random.default_rng(1).normal(size=(3, 6)), 90)
    fit = Directions(components=4).prepare(activity)
    for seed in range(3):
        shuffled = np.random.default_rng(seed).permutation(labels)
        np.testing.assert_allclose(fit(shuffled), Directions(components=4)(activity, shuffled))


def test_more_components_than_features_are_refused():
    with pytest.raises(AnalysisError, match="at least 9 features"):
        Directions(components=9)(*drawn(corners(3, 5)))
