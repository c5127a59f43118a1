import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from skimage.feature import blob_log

from object_persistence import LoGDetector, PersistenceError, make_detector
from object_persistence.configuration import DetectionConfig
from object_persistence.detection.log_detector import CHUNK

SIZES = st.integers(3, 40)


def crowded(seed, height, width, blobs, noise, frames=2) -> np.ndarray:
    """Gaussian blobs, some beyond the border, some upon each other."""
    rng = np.random.default_rng(seed)
    pictures = rng.normal(0, noise, (frames, height, width))
    rows, columns = np.mgrid[:height, :width]
    for _ in range(blobs):
        y, x = rng.uniform(-3, height + 3), rng.uniform(-3, width + 3)
        amplitude, sigma = rng.uniform(0.2, 1), rng.uniform(0.8, 4)
        pictures += amplitude * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 2 / sigma**2)
    return pictures.astype(np.float32)


CLIPS = st.builds(
    crowded, st.integers(0, 2**32 - 1), SIZES, SIZES, st.integers(0, 25), st.sampled_from([0.001, 0.03, 0.3])
)


def scikit_image(frames, *settings, **named) -> np.ndarray:
    """Rows (frame, y, x, sigma) of scikit-image's blobs in every frame, by frame, y and x."""
    found = [blob_log(frame, *settings, **named) for frame in frames]
    rows = np.concatenate([np.c_[np.full(len(blobs), at), blobs] for at, blobs in enumerate(found)])
    return rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]


def as_rows(found) -> np.ndarray:
    return np.c_[found.frame, found.y, found.x, found.sigma]


@example(crowded(10088, 23, 28, 0, 0.3), 0.02, 0.1, 0)  # two blobs as far apart as discs can touch
@given(CLIPS, st.sampled_from([0.02, 0.1, 0.3]), st.sampled_from([0.1, 0.5, 0.9]), st.integers(0, 2))
def test_without_subpixel_it_finds_exactly_what_scikit_image_finds(frames, threshold, overlap, border):
    settings = (1, 5, 10, threshold, overlap)
    found = LoGDetector(*settings, subpixel=False, exclude_border=border)(frames)
    np.testing.assert_array_equal(as_rows(found), scikit_image(frames, *settings, exclude_border=border))


@pytest.mark.parametrize("sigmas", [(1, 5, 10), (2, 2, 1), (1.5, 8, 4)])
@pytest.mark.parametrize("size", [(128, 96), (5, 130)])
def test_other_sizes_and_scales_are_scikit_images_too(sigmas, size):
    frames = crowded(1, *size, blobs=size[0] * size[1] // 120, noise=0.03)
    found = LoGDetector(*sigmas, subpixel=False)(frames)
    assert len(found) > 3
    np.testing.assert_array_equal(as_rows(found), scikit_image(frames, *sigmas, 0.1))


@pytest.mark.parametrize("blob", [(20.5, 20), (20.5, 20.5), (0, 0), (-1, 20.5), (20, 47)])
def test_ties_between_equal_pixels_are_decided_as_scikit_image_decides_them(drawn, blob):
    frames = drawn([(*blob, 2.0, 1.0), (*np.subtract(47, blob), 2.0, 1.0)])
    found = LoGDetector(subpixel=False)(frames)
    np.testing.assert_array_equal(as_rows(found), scikit_image(frames, 1, 5, 10, 0.1))


def test_pixel_noise_prunes_in_chains_as_scikit_image_does():
    frames = np.random.default_rng(3).random((6, 40, 40), dtype=np.float32)
    found = LoGDetector(1, 4, 8, 0.02, 0.2, subpixel=False)(frames)
    np.testing.assert_array_equal(as_rows(found), scikit_image(frames, 1, 4, 8, 0.02, 0.2))


def test_a_clip_longer_than_one_chunk_is_the_sum_of_its_frames():
    frames = crowded(2, 64, 64, 8, 0.03, frames=CHUNK // (10 * 64 * 64) + 3)
    detector = LoGDetector()
    whole, alone = detector(frames), [detector(frame[None]) for frame in frames]
    np.testing.assert_allclose(whole.x, np.concatenate([each.x for each in alone]), atol=1e-4)
    np.testing.assert_array_equal(whole.frame, np.repeat(np.arange(len(frames)), list(map(len, alone))))


@pytest.mark.parametrize("shape", [(0, 32, 32), (3, 32, 32), (1, 1, 1)])
def test_where_nothing_is_nothing_is_found_and_the_columns_are_there(shape):
    found = LoGDetector()(np.full(shape, 0.45, np.float32))
    assert len(found) == 0
    assert found.table.columns == ["frame", "y", "x", "sigma", "response", "snr", "confidence"]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_unsigned_integers_are_divided_by_their_largest_value(drawn, dtype):
    frames = (drawn([(20, 24, 2, 0.8)]) * np.iinfo(dtype).max).astype(dtype)
    found = LoGDetector(subpixel=False)(frames)
    np.testing.assert_array_equal(
        as_rows(found), scikit_image(frames / np.float32(np.iinfo(dtype).max), 1, 5, 10, 0.1)
    )


def test_channels_are_averaged(drawn):
    grey = drawn([(20, 24, 2, 0.9)])
    red = np.stack([grey, 0 * grey, 0 * grey], -1)
    found, third = LoGDetector()(red), LoGDetector()(grey / 3)
    np.testing.assert_allclose(found.response, third.response, rtol=1e-5)


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (np.zeros((8, 8)), "a single picture is picture"),
        (np.zeros((2, 3, 64, 64)), "channels come last"),
        (np.zeros((2, 0, 8)), "at least one pixel"),
        (np.zeros((2, 8, 8), np.int32), "uint8 or uint16"),
        (np.where(np.arange(3)[:, None, None] == 1, np.nan, np.zeros((3, 8, 8))), r"frames \[1\]"),
        (np.full((1, 8, 8), np.inf), r"frames \[0\]"),
    ],
)
def test_frames_that_are_none_are_refused_in_a_sentence(frames, said):
    with pytest.raises(PersistenceError, match=said):
        LoGDetector()(frames)


@pytest.mark.parametrize(
    "settings", [{"min_sigma": 3, "max_sigma": 2}, {"num_sigma": 0}, {"threshold": 0}, {"overlap": 2}]
)
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(PersistenceError, match="expected"):
        LoGDetector(**settings)


def test_settings_of_an_experiment_keep_blobs_apart_that_wider_scales_take_for_one(drawn):
    frames = drawn([(20, 20, 2, 0.6), (20, 25.5, 2, 0.6)], noise=0.01)
    assert len(LoGDetector(2.5, 5)(frames)) == 1
    assert len(make_detector(DetectionConfig())(frames)) == 2
