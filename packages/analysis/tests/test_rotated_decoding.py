import json

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score

from analysis import AnalysisError
from analysis.alignment import Alignment, Rotation
from analysis.planted_codes import planted_code
from analysis.rotated_decoding import Readout, balance, kept_share, plain, reconstruct

QUICK = Alignment(permutations=99)


def measured(kind: str, **settings):
    code = planted_code(kind, **settings)
    before, after = code.states[:, 1], code.states[:, 2]
    return reconstruct(before, after, code.labels[:, 1], code.conditions[:, 1], code.groups, QUICK)


def test_a_shared_rotating_code_is_read_only_through_its_rotation():
    found = measured("shared rotating")
    assert found.reconstructed.low > 0.8
    assert found.reconstructed.null.p == 0.01
    assert found.direct.value < 0.4
    assert found.kept.low > 0.95 - 0.03


def test_a_slot_is_read_without_any_rotation():
    found = measured("slots")
    assert found.direct.low > 0.8
    assert found.kept.low > 0.92


def test_noise_is_read_by_no_decoder_and_nothing_is_kept_of_it():
    found = measured("noise")
    for estimate in (found.reconstructed, found.fitted, found.direct, found.source):
        assert estimate.low < 0.25 + 0.02
        assert estimate.value == pytest.approx(0.25, abs=0.05)
    assert found.reconstructed.null.p > 0.01
    assert np.isnan(found.kept.value)
    assert found.kept.how == "not estimable: the target's own decoder is not above chance"


def test_the_readout_is_sklearns_lda():
    rng = np.random.default_rng(0)
    for classes in (2, 4):
        labels = np.arange(120) % classes
        points = rng.normal(size=(classes, 5))[labels] + rng.normal(size=(120, 5))
        lda = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage="auto", priors=np.full(classes, 1 / classes)
        ).fit(points, labels)
        hits = plain(Readout.fit(points, labels, np.arange(classes))).hits(points, labels)
        np.testing.assert_array_equal(hits, lda.predict(points) == labels)


def test_a_rotated_readout_reads_rotated_points_as_before():
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    points = rng.normal(size=(3, 4))[labels] + rng.normal(size=(90, 4))
    matrix, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    own = Rotation(matrix, 2.5, rng.normal(size=4), rng.normal(size=4))
    readout = Readout.fit(points, labels, np.arange(3))
    turned = readout.rotated(own, np.stack([matrix, matrix])).hits(own(points), labels)
    np.testing.assert_array_equal(turned, np.stack([plain(readout).hits(points, labels)] * 2))


def test_weighted_hits_average_to_balanced_accuracy():
    rng = np.random.default_rng(0)
    truth, guess = rng.choice(3, 200, p=[0.7, 0.2, 0.1]), rng.integers(3, size=200)
    found = ((truth == guess) * balance(truth)).mean()
    assert found == pytest.approx(balanced_accuracy_score(truth, guess))


def test_the_kept_share_is_a_ratio_of_gains_over_chance():
    rng = np.random.default_rng(0)
    reference, found = rng.normal(0.9, 0.1, 5000), rng.normal(0.5, 0.1, 5000)
    share = kept_share(found, reference, 0.25, np.arange(5000), of="it")
    assert share.value == pytest.approx((found.mean() - 0.25) / (reference.mean() - 0.25))
    draws = [rng.integers(5000, size=5000) for _ in range(400)]
    ratios = [(found[d].mean() - 0.25) / (reference[d].mean() - 0.25) for d in draws]
    assert share.high - share.low == pytest.approx(2 * 1.96 * np.std(ratios), rel=0.15)


def test_it_is_plain():
    plain_values = json.dumps(measured("noise", trials=600).to_dict(), allow_nan=False)
    assert json.loads(plain_values)["kept"]["value"] is None


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(128), "at least two classes, got 1"),
        (np.r_[np.zeros(127), [1]], "class 1.0 has [01] trials to fit the decoder to, it needs two"),
        (np.zeros(5), r"labels: expected one per trial \(128\), got 5"),
    ],
)
def test_what_cannot_be_decoded_is_refused(labels, message):
    states = np.random.default_rng(0).normal(size=(128, 6))
    with pytest.raises(AnalysisError, match=message):
        reconstruct(states, states, labels, np.arange(128) % 16, np.arange(128), QUICK)
