import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from object_persistence.errors import PersistenceError
from object_persistence.metrics import auroc, brier, calibration_error
from object_persistence.scaling import SCALINGS, IsotonicScaling, PlattScaling, scaling_of


def overconfident(count, seed, by=3.0):
    """Scores whose logit is `by` times what it should be."""
    rng = np.random.default_rng(seed)
    truth = rng.random(count)
    return rng.random(count) < truth, expit(by * logit(truth))


@pytest.mark.parametrize("how", SCALINGS)
def test_overconfident_scores_are_set_right_on_others_and_keep_their_order(how):
    scaling = SCALINGS[how].fit(*overconfident(5000, 0))
    persistent, score = overconfident(20_000, 1)
    scaled = scaling(score)
    assert calibration_error(persistent, score) > 0.1
    assert calibration_error(persistent, scaled) < 0.02
    assert brier(persistent, scaled) < brier(persistent, score)
    assert auroc(persistent, scaled) == pytest.approx(auroc(persistent, score), abs=0.002)


def test_platt_finds_the_planted_slope_and_is_scikit_learns_with_soft_targets():
    persistent, score = overconfident(4000, 2, by=1.5)
    found = PlattScaling.fit(persistent, score)
    assert (found.intercept, found.slope) == pytest.approx((0, 2 / 3), abs=0.06)
    count, others = persistent.sum(), (~persistent).sum()
    soft = np.where(persistent, (count + 1) / (count + 2), 1 / (others + 2))
    twice, labels = np.tile(logit(score), 2)[:, None], np.repeat([True, False], 4000)
    theirs = LogisticRegression(C=1e9).fit(twice, labels, np.concatenate([soft, 1 - soft]))
    assert found(score) == pytest.approx(theirs.predict_proba(logit(score)[:, None])[:, 1], abs=1e-3)


def test_isotonic_is_scikit_learns():
    persistent, score = overconfident(500, 3)
    theirs = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, persistent)
    new = np.linspace(0, 1, 101)
    assert IsotonicScaling.fit(persistent, score)(new) == pytest.approx(theirs.predict(new))


@pytest.mark.parametrize("how", SCALINGS)
@given(seed=st.integers(0, 1000))
def test_the_map_never_falls_and_stays_a_probability(how, seed):
    rng = np.random.default_rng(seed)
    persistent, score = rng.random(60) < 0.5, rng.random(60).round(1)
    scaled = SCALINGS[how].fit(persistent, score)(np.linspace(0, 1, 50))
    assert (np.diff(scaled) >= -1e-12).all()
    assert scaled.min() >= 0
    assert scaled.max() <= 1


def test_scores_that_point_the_wrong_way_are_not_turned_round():
    persistent, score = overconfident(2000, 4)
    assert PlattScaling.fit(persistent, 1 - score).slope == 0


def test_a_run_is_scaled_by_its_validation_alone():
    persistent, score = overconfident(3000, 5)
    own = pl.DataFrame({"split": "validation/same", "target": persistent.astype(int), "score": score})
    strange = own.with_columns(split=pl.lit("test/same"), target=1 - pl.col("target"))
    assert scaling_of(pl.concat([own, strange])) == PlattScaling.fit(persistent, score)
    with pytest.raises(PersistenceError, match=r"no trials of validation/same .* there are: test/same"):
        scaling_of(strange)


@pytest.mark.parametrize("how", SCALINGS)
def test_too_few_of_a_class_and_what_is_no_probability_are_refused(how):
    few = np.arange(50) < 9
    with pytest.raises(PersistenceError, match=r"expected 10 detections of each class .* got 9"):
        SCALINGS[how].fit(few, np.linspace(0, 1, 50))
    with pytest.raises(PersistenceError, match="between 0 and 1"):
        SCALINGS[how].fit(np.arange(50) < 20, np.linspace(0, 2, 50))
