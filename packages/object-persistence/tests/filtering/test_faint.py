from dataclasses import replace

import numpy as np
import pytest

from object_persistence.configuration import DetectionConfig
from object_persistence.detection.factory import make_detector
from object_persistence.filtering.faint import faint, in_figures
from object_persistence.videos.brightness import scaled


def read(clip, dim, limits=None):
    """The clip as it is read from floats that are so much dimmer."""
    frames, bounds, _ = scaled("video", dim * clip.frames, limits)
    return replace(clip, frames=frames, limits=bounds)


def test_what_lies_below_the_threshold_is_counted_and_found_by_what_is_advised(clip, detector):
    dim = read(clip, 0.2)
    assert len(detector(dim.frames)) == 0
    told = faint(dim, detector, 0)
    assert told is not None
    assert told.missed == len(detector(clip.frames)) == 27
    assert str(told).startswith(
        "detection: 0 detections, and 27 blobs of SNR 8 or more below the threshold of 0.08: "
    )
    lower = make_detector(DetectionConfig(threshold=told.threshold))
    assert len(lower(dim.frames)) >= 0.9 * 27
    assert told.limits is not None
    assert len(detector(read(clip, 0.2, told.limits).frames)) == 27


def test_limits_are_those_of_the_file(clip, detector):
    told = faint(read(clip, 1000, (0, 10_000)), detector, 0)
    assert told is not None
    assert told.limits is not None
    assert told.limits[0] == pytest.approx(0, abs=100)
    assert told.limits[1] == pytest.approx(1000, abs=400)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((-0.857143, 27.7143), "-0.9 27.7"),
        ((990.04, 1729.6), "990 1730"),
        ((1e-4, 6.2e-3), "0.00010 0.00620"),
    ],
)
def test_limits_are_told_to_three_figures(limits, words):
    assert in_figures(*limits) == words


def test_where_limits_are_the_video_s_own_only_a_threshold_is_advised(clip, detector):
    told = faint(read(clip, 1000), replace(detector, threshold=0.5), 0)
    assert told is not None
    assert told.limits is None
    assert "--limits" not in str(told)


@pytest.mark.parametrize(
    ("dim", "found"), [(1.0, 0), (0.2, 24)], ids=["nothing lies below", "one is found per frame"]
)
def test_nothing_is_said_where_there_is_nothing_to_say(dim, found, clip, detector):
    assert faint(read(clip, dim), detector, found) is None


def test_noise_is_no_blob_and_regions_have_no_such_threshold(clip, detector):
    noise = 0.1 + 0.02 * np.random.default_rng(1).standard_normal((24, 64, 64)).astype(np.float32)
    assert faint(replace(clip, frames=noise), detector, 0) is None
    assert faint(read(clip, 0.2), make_detector(DetectionConfig(kind="threshold")), 0) is None


def test_frames_without_room_to_tell_noise_give_no_advice(clip, detector):
    small = replace(clip, frames=clip.frames[:, :16, :16])
    assert faint(read(small, 0.2), detector, 0) is None
