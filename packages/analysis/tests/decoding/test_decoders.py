import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.linear_model import Ridge as RidgeRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis import LDA, AnalysisError, Logistic, Ridge, Standardised
from analysis.decoding.weights import indicator

TIMES, ROWS, FEATURES = 3, 90, 7


def training(classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unequal classes, features of unequal scale and far from 0."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(classes, ROWS, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    means = rng.normal(size=(TIMES, classes, FEATURES))
    features = means[:, codes] + rng.normal(size=(TIMES, ROWS, FEATURES))
    return features * np.geomspace(0.1, 10, FEATURES) + 5, codes


def scores(decoder, features: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Class scores of the training rows [times, rows, classes]."""
    member = indicator(codes[None], int(codes.max()) + 1)
    weights = decoder.prepare(features.copy())(member)
    return features @ weights.coefficients[:, 0].mT + weights.intercepts[:, 0, None]


def gaps(values: np.ndarray) -> np.ndarray:
    """Scores about their mean over classes, which is all that a decision sees."""
    return values - values.mean(-1, keepdims=True)


def reference_scores(model, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
    values = model.fit(rows, codes).decision_function(rows)
    return values if values.ndim == 2 else np.stack([np.zeros_like(values), values], 1)


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("solver", ["lsqr", "eigen"])
@pytest.mark.parametrize("shrinkage", [0.01, 0.3, 1.0, "auto"])
def test_lda_is_that_of_scikit_learn(classes, solver, shrinkage):
    features, codes = training(classes)
    ours = scores(LDA(shrinkage, "empirical"), features, codes)
    for rows, found in zip(features, ours, strict=True):
        model = LinearDiscriminantAnalysis(solver=solver, shrinkage=shrinkage)
        np.testing.assert_allclose(gaps(found), gaps(reference_scores(model, rows, codes)), atol=1e-6)


def test_the_coefficients_of_lda_are_scikit_learns_about_their_mean():
    features, codes = training(4)
    found = LDA(0.2).prepare(features.copy())(indicator(codes[None], 4)).coefficients[:, 0]
    share = np.bincount(codes) / codes.size
    for rows, ours in zip(features, found, strict=True):
        theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.2).fit(rows, codes).coef_
        np.testing.assert_allclose(ours, theirs - share @ theirs, atol=1e-6)


def test_equal_priors_take_the_frequency_of_the_classes_out_of_the_intercept():
    features, codes = training(3)
    gap = scores(LDA(0.1, "empirical"), features, codes) - scores(LDA(0.1, "equal"), features, codes)
    expected = np.log(np.bincount(codes) / codes.size)
    np.testing.assert_allclose(gap, np.broadcast_to(expected, gap.shape), atol=1e-9)


def test_the_total_shrinkage_is_ledoit_and_wolfs_for_the_rows_without_labels():
    features, codes = training(3)
    ours = scores(LDA("total", "empirical"), features, codes)
    for rows, found in zip(features, ours, strict=True):
        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=ledoit_wolf_shrinkage(rows))
        np.testing.assert_allclose(gaps(found), gaps(reference_scores(model, rows, codes)), atol=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
def test_ridge_is_that_of_scikit_learn(classes, alpha):
    features, codes = training(classes)
    ours = scores(Ridge(alpha), features, codes)
    for rows, found in zip(features, ours, strict=True):
        targets = 2.0 * (codes[:, None] == np.arange(classes)) - 1
        np.testing.assert_allclose(found, RidgeRegression(alpha).fit(rows, targets).predict(rows), atol=1e-6)
        predicted = RidgeClassifier(alpha=alpha).fit(rows, codes).predict(rows)
        np.testing.assert_array_equal(found.argmax(-1), predicted)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_logistic_regression_is_scikit_learns(classes, class_weight):
    features, codes = training(classes)
    ours = scores(Standardised(Logistic(0.5, class_weight)), features, codes)
    for rows, found in zip(features, ours, strict=True):
        model = LogisticRegression(C=0.5, class_weight=class_weight, max_iter=1000, tol=1e-8)
        expected = reference_scores(make_pipeline(StandardScaler(), model), rows, codes)
        np.testing.assert_allclose(gaps(found), gaps(expected), atol=1e-6)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LDA(0.1, "empirical"), LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1)),
        (LDA("auto", "empirical"), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
        (Ridge(3.0), RidgeClassifier(alpha=3.0)),
    ],
)
def test_a_standardised_decoder_is_the_pipeline_with_its_weights_in_raw_space(ours, theirs):
    features, codes = training(3)
    features[:, :, 2] = 4.0  # a constant feature does no harm
    found = scores(Standardised(ours), features, codes)
    for rows, each in zip(features, found, strict=True):
        expected = reference_scores(make_pipeline(StandardScaler(), theirs), rows, codes)
        np.testing.assert_allclose(gaps(each), gaps(expected), atol=1e-6)


DECODERS = [LDA(), LDA(0.05, "empirical"), LDA("auto"), Ridge(), Standardised(LDA(0.3)), Logistic()]


@pytest.mark.parametrize("decoder", DECODERS, ids=str)
def test_many_labelings_at_once_are_each_labelling_by_itself(decoder):
    features, codes = training(3)
    features = (features - 5) / np.geomspace(0.1, 10, FEATURES)
    labelings = np.stack([np.random.default_rng(seed).permutation(codes) for seed in range(4)])
    together = decoder.prepare(features.copy())(indicator(labelings, 3))
    for place, labelling in enumerate(labelings):
        alone = decoder.prepare(features.copy())(indicator(labelling[None], 3))
        np.testing.assert_allclose(together.coefficients[:, place], alone.coefficients[:, 0], atol=1e-8)
        np.testing.assert_allclose(together.intercepts[:, place], alone.intercepts[:, 0], atol=1e-8)


@pytest.mark.parametrize("decoder", [LDA(), LDA("auto"), Standardised(LDA()), Ridge()], ids=str)
@pytest.mark.parametrize("labelings", [1, 3])
def test_features_that_never_vary_tell_nothing_and_break_nothing(decoder, labelings):
    codes = np.arange(20) % 2
    solve = decoder.prepare(np.full((2, 20, 4), 0.3))
    weights = solve(indicator(np.tile(codes, (labelings, 1)), 2))
    assert np.ptp(weights.coefficients @ np.full(4, 0.3) + weights.intercepts) < 1e-6


def test_more_features_than_rows_are_no_obstacle():
    rng = np.random.default_rng(0)
    codes, features = np.arange(12) % 2, rng.normal(size=(1, 12, 40))
    features[:, codes == 1, 0] += 3
    for decoder in (LDA(0.1), LDA(), Ridge()):
        assert (scores(decoder, features, codes).argmax(-1) == codes).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ridge(0.0), "alpha must be above 0, got 0"),
        (lambda: LDA(0.0), "shrinkage must be above 0 and at most 1, got 0"),
        (lambda: LDA(1.5), "at most 1, got 1.5"),
        (lambda: Logistic(-1.0), "inverse_penalty must be above 0, got -1"),
    ],
)
def test_settings_without_a_solution_are_refused(make, message):
    with pytest.raises(AnalysisError, match=message):
        make()
