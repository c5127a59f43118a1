import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from object_persistence import BlobVideos, Calibration, Detections, LoGDetector, PersistenceError
from object_persistence.clips.matching import match_truth
from object_persistence.configuration import VideoConfig
from object_persistence.detection.reliability import found_objects, reliability_figure
from object_persistence.metrics import calibration_error

SNRS = st.lists(st.floats(0.01, 1e4), min_size=2, max_size=30)


def planted(count=4000, intercept=-3.0, slope=2.5):
    """Detections whose probability of being an object is known."""
    rng = np.random.default_rng(0)
    snr = rng.lognormal(1.0, 0.7, count)
    matched = rng.random(count) < expit(intercept + slope * np.log(snr))
    return Detections.of(np.arange(count), snr, snr, snr=snr), matched


@given(SNRS)
def test_confidence_never_falls_with_snr(snrs):
    snr = np.sort(snrs)
    for calibration in (Calibration(), Calibration.fit(*planted(300), how="isotonic")):
        confidence = calibration(snr)
        assert (np.diff(confidence) >= 0).all()
        assert ((confidence >= 0) & (confidence <= 1)).all()


def test_a_fit_is_scikit_learns_logistic_regression_on_log_snr():
    detections, matched = planted()
    fitted = Calibration.fit(detections, matched)
    reference = LogisticRegression(C=np.inf).fit(np.log(detections.snr)[:, None], matched)
    expected = reference.predict_proba(np.log(detections.snr)[:, None])[:, 1]
    np.testing.assert_allclose(fitted(detections.snr), expected, atol=2e-3)
    np.testing.assert_array_equal(fitted.calibrated(detections).confidence, fitted(detections.snr))


@pytest.mark.parametrize("how", ["platt", "isotonic"])
def test_a_fitted_confidence_means_what_it_says_on_other_detections(how):
    detections, matched = planted()
    half = np.arange(4000) % 2 == 0
    calibration = Calibration.fit(detections[half], matched[half], how)
    assert calibration_error(matched[~half], calibration(detections.snr[~half])) < 0.03


def test_the_default_tells_noise_from_objects_on_clips():
    confidence, matched = [], []
    detector = LoGDetector(1.2, 2, 3, threshold=0.04, overlap=0.8)
    for clip in BlobVideos(VideoConfig(), range(500, 504)):
        found = detector(clip.frames)
        confidence.append(found.confidence)
        matched.append(match_truth(found.frame, found.y, found.x, clip.truth).row >= 0)
    confidence, matched = np.concatenate(confidence), np.concatenate(matched)
    assert 0.1 < matched.mean() < 0.9
    assert np.mean((confidence - matched) ** 2) < 0.01
    assert abs(confidence.mean() - matched.mean()) < 0.01


def test_the_reliability_figure_draws_shares_beside_perfect_calibration():
    detections, matched = planted()
    confidence = Calibration()(detections.snr)
    shares = found_objects(confidence, matched, np.arange(4000) // 40)
    (axes,) = reliability_figure(confidence, matched, np.arange(4000) // 40).axes
    drawn = {tuple(np.round(line.get_ydata(), 6)) for line in axes.lines}
    assert (0.0, 1.0) in drawn
    assert tuple(round(share.value, 6) for share in shares.values()) in drawn


def test_what_cannot_be_calibrated_is_refused():
    detections, _ = planted(40)
    with pytest.raises(PersistenceError, match="each class"):
        Calibration.fit(detections, np.ones(40, bool))
    with pytest.raises(PersistenceError, match="no snr"):
        Calibration.fit(Detections.of([0], [1], [1]), np.ones(1, bool))
    assert np.isnan(Calibration()(np.array([np.nan]))).all()
