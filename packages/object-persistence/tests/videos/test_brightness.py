"""The same blobs, stored as cameras and programs store them."""

import numpy as np
import pytest

from object_persistence.configuration import DetectionConfig, VideoConfig
from object_persistence.detection.factory import make_detector
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.brightness import scaled

FRAMES = BlobVideos(VideoConfig(), range(7, 8))[0].frames
STORED = {
    "uint16 above an offset": (1000 + 600 * FRAMES).round().astype(np.uint16),
    "uint16 of few counts": (100 + 100 * FRAMES).round().astype(np.uint16),
    "int16 below zero": (300 * FRAMES - 60).round().astype(np.int16),
    "floats of a calibrated camera": 2e-4 + 4e-3 * FRAMES.astype(np.float64) - 1e-3,
    "floats far from zero": 1e5 + 50 * FRAMES.astype(np.float64),
}


def hot(frames, pixels=1):
    """Float frames with pixels that are always on."""
    frames = np.array(frames)
    for number in range(pixels):
        frames[:, 5 + 12 * number, 60] = 20
    return frames


STORED |= {"a hot pixel": hot(FRAMES), "hot pixels": hot(FRAMES, 4)}
STORED["a hot pixel of one frame"] = np.array(FRAMES)
STORED["a hot pixel of one frame"][4, 30, 30] = 20


def places(frames):
    found = make_detector(DetectionConfig())(frames)
    return np.stack([found.frame, found.y, found.x], axis=1)


def shared(found, others):
    """How many of the places lie within a pixel of one of the others."""
    near = np.abs(found[:, None] - others[None]).max(2) < [1.0]
    return int(near.any(1).sum())


@pytest.fixture(scope="module")
def eight_bits():
    """What is found in the same blobs at 8 bits."""
    found = places(scaled("video", (255 * FRAMES).round().astype(np.uint8)).values)
    assert len(found) > 40
    return found


@pytest.mark.parametrize("name", STORED)
def test_the_same_blobs_are_found_however_they_were_stored(name, eight_bits):
    found = places(scaled("video", STORED[name]).values)
    assert shared(eight_bits, found) >= 0.95 * len(eight_bits)
    # A hot pixel is found as well, once in each frame.
    extra = 16 * (("hot" in name) + 3 * ("pixels" in name))
    assert len(found) <= 1.05 * len(eight_bits) + extra


@pytest.mark.parametrize("scale", [600.0, 0.5])
def test_background_blobs_and_noise_end_where_made_videos_have_them(scale):
    frames, (black, white), told = scaled("video", 1000 + scale * FRAMES.astype(np.float64))
    assert np.median(frames) == pytest.approx(0.1, abs=1e-3)
    assert np.quantile(frames, 0.9999) == pytest.approx(0.8, abs=0.1)
    assert frames[FRAMES < 0.2].std() == pytest.approx(0.04, rel=0.2)
    assert told.startswith(f"float64 from {black:g}..{white:g} to 0..1, ")


def test_noise_alone_is_not_taken_for_blobs():
    noise = np.random.default_rng(0).normal(500, 30, (16, 64, 64))
    frames = scaled("video", noise).values
    assert frames.std() == pytest.approx(0.04, rel=0.1)
    assert len(places(frames)) < 5


def test_a_slope_of_the_background_is_no_noise(eight_bits):
    slope = np.linspace(0, 0.5, 64)
    found = places(scaled("video", 500 * (FRAMES + slope).astype(np.float64)).values)
    assert shared(eight_bits, found) >= 0.9 * len(eight_bits)


@pytest.mark.parametrize("value", [7.0, -3.0, 0])
def test_a_constant_video_stays_constant(value):
    frames, limits, _ = scaled("video", np.full((3, 8, 8), value, np.int16 if value == 0 else np.float64))
    np.testing.assert_allclose(frames, 0.1, atol=1e-6)
    assert limits[0] < value < limits[1]


def test_one_stretch_serves_all_channels():
    colours = 1000 + 600 * BlobVideos(VideoConfig(), range(7, 8))[0].frames[..., None] * [1.0, 0.5, 0.2]
    frames, (black, white), _ = scaled("video", colours)
    np.testing.assert_allclose(
        frames, np.clip((colours - black) / (white - black), 0, 1), rtol=1e-5, atol=1e-6
    )
