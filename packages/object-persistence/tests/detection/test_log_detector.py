import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from skimage.feature import blob_log

from object_persistence import LoGDetector

SIZES = st.integers(3, 40)


@st.composite
def clips(draw) -> np.ndarray:
    """Two frames of Gaussian blobs, some beyond the border, some upon each other, in noise of any strength."""
    height, width = draw(SIZES), draw(SIZES)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames = rng.normal(0, draw(st.sampled_from([0.001, 0.03, 0.3])), (2, height, width))
    rows, columns = np.mgrid[:height, :width]
    for _ in range(draw(st.integers(0, 25))):
        y, x = rng.uniform(-3, height + 3), rng.uniform(-3, width + 3)
        amplitude, sigma = rng.uniform(0.2, 1), rng.uniform(0.8, 4)
        frames += amplitude * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 2 / sigma**2)
    return frames.astype(np.float32)


def scikit_image(frames, *settings, **named) -> np.ndarray:
    """Rows (frame, y, x, sigma) of scikit-image's blobs in every frame, by frame, y and x."""
    found = [blob_log(frame, *settings, **named) for frame in frames]
    rows = np.concatenate([np.c_[np.full(len(blobs), at), blobs] for at, blobs in enumerate(found)])
    return rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]


def as_rows(found) -> np.ndarray:
    return np.c_[found.frame, found.y, found.x, found.sigma]


@given(clips(), st.sampled_from([0.02, 0.1, 0.3]), st.sampled_from([0.1, 0.5, 0.9]), st.integers(0, 2))
def test_without_subpixel_it_finds_exactly_what_scikit_image_finds(frames, threshold, overlap, border):
    settings = (1, 5, 10, threshold, overlap)
    found = LoGDetector(*settings, subpixel=False, exclude_border=border)(frames)
    np.testing.assert_array_equal(as_rows(found), scikit_image(frames, *settings, exclude_border=border))
