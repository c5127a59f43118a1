import numpy as np
import pytest

from object_persistence import LoGDetector
from object_persistence.detection.noise import ROUNDING, local_noise
from object_persistence.detection.peaks import Place


def at(rows, columns) -> Place:
    rows, columns = np.asarray(rows), np.asarray(columns)
    return Place(np.zeros_like(rows), np.zeros_like(rows), rows, columns)


def test_noise_is_measured_around_blobs_and_on_slopes(drawn):
    places = np.mgrid[10:90:16, 10:90:16].reshape(2, -1)
    frames = drawn([(*place, 2, 1) for place in places.T], size=(100, 100), noise=0.05)
    frames += np.linspace(0, 3, 100, dtype=np.float32)
    assert local_noise(frames, at(*places)).mean() == pytest.approx(0.05, rel=0.1)


def test_noise_is_local(drawn):
    frames = drawn([], size=(40, 80), noise=0.02)
    frames[..., 40:] *= 5
    left, right = local_noise(frames, at([20, 20], [12, 68]))
    assert left == pytest.approx(0.02, rel=0.4)
    assert right == pytest.approx(0.10, rel=0.4)


@pytest.mark.parametrize("size", [(3, 3), (1, 40), (48, 48)])
def test_a_noiseless_picture_has_the_noise_of_eight_bits(size):
    assert local_noise(np.zeros((1, *size), np.float32), at([0], [0])) == pytest.approx([ROUNDING])
    levels = np.random.default_rng(0).random(10_000)
    assert np.std(np.round(levels * 255) / 255 - levels) == pytest.approx(ROUNDING, rel=0.02)


def test_snr_is_the_amplitude_over_the_noise(drawn):
    found = LoGDetector(threshold=0.2)(drawn([(24, 24, 2, 0.8)], noise=0.04, frames=60))
    assert found.snr.mean() == pytest.approx(20, rel=0.06)
