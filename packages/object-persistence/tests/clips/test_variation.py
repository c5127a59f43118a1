from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_persistence.clips.patches import cut_patches
from object_persistence.clips.prepared import prepare
from object_persistence.clips.variation import kept_of, turned, varied
from object_persistence.configuration import ClipsConfig
from object_persistence.detection.detections import Detections
from object_persistence.videos.clip import Clip

NOTHING = ClipsConfig(turns=False, drop=0, drop_frames=0, gap=0)


def some_clip(seed, detections=40, time=16):
    rng = np.random.default_rng(seed)
    places = Detections.of(
        rng.integers(0, time, detections), rng.integers(0, 12, detections), rng.integers(0, 15, detections)
    )
    clip = Clip("some", rng.random((time, 12, 15), dtype=np.float32), None)
    return clip, prepare(clip, lambda frames: places, lambda found: rng.integers(0, 6, detections), 3)


@given(st.integers(0, 1000), st.integers(0, 3), st.booleans())
def test_a_turned_clip_is_what_the_turned_video_holds(seed, quarters, mirrored):
    clip, prepared = some_clip(seed)
    frames = np.rot90(clip.frames, quarters, axes=(1, 2))
    frames = frames[..., ::-1] if mirrored else frames
    found = turned(prepared, quarters, mirrored)
    places = found.detections
    assert (found.height, found.width) == frames.shape[1:]
    np.testing.assert_array_equal(
        found.patches, cut_patches(np.ascontiguousarray(frames), places.frame, places.y, places.x, 3)
    )
    assert sorted(found.tracks) == sorted(prepared.tracks)


@given(st.integers(0, 1000))
def test_only_detections_are_left_out_and_what_is_true_of_the_others_stays(seed):
    _, prepared = some_clip(seed)
    prepared = replace(prepared, remaining=np.arange(len(prepared)))
    config = replace(ClipsConfig(), turns=False)
    found = varied(prepared, config, np.random.default_rng(seed))
    rows = found.remaining
    assert 0 < len(found) <= len(prepared)
    np.testing.assert_array_equal(found.detections.x, prepared.detections.x[rows])
    np.testing.assert_array_equal(found.tracks, prepared.tracks[rows])


def test_a_clip_is_shown_as_it_is_where_nothing_may_change():
    _, prepared = some_clip(3)
    assert varied(prepared, NOTHING, np.random.default_rng(0)) is prepared


@pytest.mark.parametrize("setting", ["drop", "drop_frames"])
def test_no_more_is_left_out_than_is_allowed(setting):
    config = replace(NOTHING, **{setting: 0.1})
    _, prepared = some_clip(0, detections=400)
    rng = np.random.default_rng(1)
    shares = [1 - kept_of(prepared, config, rng).mean() for _ in range(200)]
    expected = 0.05 if setting == "drop" else 0.1
    assert np.mean(shares) == pytest.approx(expected, abs=0.015)


def test_a_gap_is_no_longer_than_asked_and_of_one_track():
    clip, _ = some_clip(0)
    frame = np.repeat(np.arange(16), 2)
    places = Detections.of(frame, np.tile([2.0, 8.0], 16), np.full(32, 5.0))
    prepared = prepare(clip, lambda frames: places, lambda found: np.tile([0, 1], 16))
    config, longest = replace(NOTHING, gap=2), 0
    for seed in range(100):
        kept = kept_of(prepared, config, np.random.default_rng(seed)).reshape(16, 2)
        gaps = (~kept).sum(0)
        longest = max(longest, gaps.max())
        for track in range(2):
            missing = np.flatnonzero(~kept[:, track])
            assert len(missing) == 0 or missing[-1] - missing[0] == len(missing) - 1
    assert longest == 2


def test_the_share_of_clips_that_is_asked_for_ends_early_and_none_before_a_quarter():
    _, prepared = some_clip(0, detections=400)
    config = replace(NOTHING, early=0.5)
    shown = [varied(prepared, config, np.random.default_rng(seed)) for seed in range(300)]
    assert np.mean([clip.time < 16 for clip in shown]) == pytest.approx(0.5 * 12 / 13, abs=0.08)
    assert {clip.time for clip in shown} == set(range(4, 17))
    assert all(clip.detections.frame.max() < clip.time for clip in shown)


def test_a_clip_without_detections_stays_as_it_is():
    clip, _ = some_clip(0)
    prepared = prepare(clip, lambda frames: Detections.empty(), lambda found: np.zeros(0, int))
    assert len(varied(prepared, ClipsConfig(), np.random.default_rng(0))) == 0
