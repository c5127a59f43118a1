import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score

from analysis.geometry.alignment import Rotation
from analysis.geometry.rotated_readout import Readout, balance, kept_share


def test_the_readout_is_sklearns_lda():
    rng = np.random.default_rng(0)
    for classes in (2, 4):
        labels = np.arange(120) % classes
        points = rng.normal(size=(classes, 5))[labels] + rng.normal(size=(120, 5))
        lda = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage="auto", priors=np.full(classes, 1 / classes)
        ).fit(points, labels)
        hits = Readout.fit(points, labels, np.arange(classes)).plain.hits(points, labels)
        np.testing.assert_array_equal(hits, lda.predict(points) == labels)


def test_a_rotated_readout_reads_rotated_points_as_before():
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    points = rng.normal(size=(3, 4))[labels] + rng.normal(size=(90, 4))
    matrix, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    own = Rotation(matrix, 2.5, rng.normal(size=4), rng.normal(size=4))
    readout = Readout.fit(points, labels, np.arange(3))
    turned = readout.rotated(own, np.stack([matrix, matrix])).hits(own(points), labels)
    np.testing.assert_array_equal(turned, np.stack([readout.plain.hits(points, labels)] * 2))


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
