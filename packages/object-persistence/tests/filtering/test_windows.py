import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_persistence.clips.prepared import PreparedClip, seen_so_far, unknown
from object_persistence.detection.detections import Detections
from object_persistence.filtering.windows import Windows, starts


def video(frame, y, x, tracks, time, height=64, width=64):
    order = Detections.order(np.asarray(frame), np.asarray(y), np.asarray(x))
    found = Detections.of(frame, y, x)
    tracks = np.asarray(tracks, dtype=np.int64)[order]
    patches = np.zeros((len(found), 1, 9, 9), dtype=np.float32)
    known = {"tracks": tracks, "seen": seen_so_far(tracks), "time": time, "height": height, "width": width}
    return PreparedClip("video", found, patches, **known, **unknown(len(found)))


def drawn(count, time, size, seed):
    rng = np.random.default_rng(seed)
    places = [rng.uniform(0, side - 1, count) for side in size]
    return video(rng.integers(0, time, count), *places, rng.integers(0, 6, count), time, *size)


SIZES = [(20, 20), (64, 64), (65, 130), (200, 90)]
videos = given(st.integers(0, 40), st.integers(2, 50), st.sampled_from(SIZES), st.integers(0, 1000))


@videos
def test_every_detection_is_asked_about_once_in_every_stretch_of_time_that_holds_it(count, time, size, seed):
    made = drawn(count, time, size, seed)
    windows = Windows(16, 64, 64)
    asked = np.zeros(len(made), dtype=int)
    for window in windows.of(made):
        asked[window.rows[window.asked]] += 1
    stretches = [(start, start + 16) for start in starts(made.time, 16)]
    expected = [sum(start <= frame < stop for start, stop in stretches) for frame in made.detections.frame]
    assert asked.tolist() == expected


@videos
def test_a_window_holds_whole_tracks_of_its_stretch_and_is_of_the_size_of_training(count, time, size, seed):
    made = drawn(count, time, size, seed)
    for window in Windows(16, 64, 64).of(made):
        clip = window.clip
        assert (clip.time, clip.height, clip.width) == (
            min(16, made.time),
            min(64, made.height),
            min(64, made.width),
        )
        assert clip.detections.frame.min() >= 0
        assert clip.detections.frame.max() < clip.time
        start = made.detections.frame[window.rows[0]] - clip.detections.frame[0]
        stretch = (made.detections.frame >= start) & (made.detections.frame < start + clip.time)
        for track in np.unique(clip.tracks[window.asked]):
            assert (clip.tracks == track).sum() == (made.tracks[stretch] == track).sum()
        moved = np.ptp(made.detections.y[window.rows] - clip.detections.y)
        assert moved == pytest.approx(0)


def test_a_clip_like_those_of_training_is_one_window_and_stays_as_it_is():
    made = video([0, 1, 5], [3.0, 4.0, 50.0], [9.0, 9.5, 50.0], [0, 0, 1], 16)
    (window,) = Windows(16, 64, 64).of(made)
    assert window.asked.all()
    for name, column in made.detections.columns.items():
        np.testing.assert_array_equal(window.clip.detections.columns[name], column)
    assert window.clip.seen.tolist() == made.seen.tolist()


@pytest.mark.parametrize(
    ("length", "expected"),
    [(10, [0]), (16, [0]), (17, [0, 1]), (24, [0, 8]), (33, [0, 8, 16, 17])],
)
def test_windows_overlap_by_half_and_the_last_ends_with_the_video(length, expected):
    assert starts(length, 16) == expected
