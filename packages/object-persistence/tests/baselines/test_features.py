from dataclasses import replace

import numpy as np
import pytest

from object_persistence.baselines.continuations import COLUMNS, NOWHERE, REACH, TrackLines, continuations
from object_persistence.baselines.features import NAMES, features_of, surroundings


def test_every_column_has_a_name_and_is_finite(asked, empty):
    assert features_of(empty).shape == (0, len(NAMES))
    for clip in asked:
        assert features_of(clip).shape == (len(clip), len(NAMES))
        assert np.isfinite(features_of(clip)).all()
    assert len(set(NAMES)) == len(NAMES)


def test_two_halves_of_a_track_continue_each_other():
    halves = TrackLines.of(*columns([(range(5), (10, 10), (1, 0.5)), (range(9, 14), (10, 10), (1, 0.5))]))
    told = table(halves)
    # Shrinkage makes the velocity Σt² / (Σt² + 2) = 10 / 12 of what it is, over a gap of 5 frames.
    missed = np.hypot(1, 0.5) * 5 / 6 / (1 + 5 / 2)
    assert told["mismatch_after"] == pytest.approx([missed, NOWHERE])
    assert told["mismatch_before"] == pytest.approx([NOWHERE, missed])
    assert told["gap_after"].tolist() == [5, NOWHERE]
    assert told["continuation_after"].tolist() == [5, 0]
    assert told["continuation_before"].tolist() == [0, 5]


def test_the_nearest_of_several_continuations_is_told():
    tracks = [(range(4), (20, 20), (0, 0)), (range(6, 8), (20, 21), (0, 0)), (range(6, 9), (20, 40), (0, 0))]
    told = table(TrackLines.of(*columns(tracks)))
    assert told["mismatch_after"][0] == pytest.approx(1 / (1 + 3 / 2))
    assert told["continuation_after"][0] == 2


@pytest.mark.parametrize("begins", [3, 4 + REACH])
def test_what_overlaps_in_time_or_comes_too_late_continues_nothing(begins):
    tracks = [(range(4), (20, 20), (0, 0)), (range(begins, begins + 2), (20, 20), (0, 0))]
    assert (table(TrackLines.of(*columns(tracks)))["mismatch_after"] == NOWHERE).all()


def test_a_velocity_is_the_least_squares_one_shrunk_towards_rest():
    frame, place, track = columns([(range(8), (10, 50), (1.5, -2.0))])
    spread = np.square(frame - frame.mean()).sum()
    slope = [np.polyfit(frame, axis, 1)[0] for axis in place.T]
    found = TrackLines.of(frame, place, track).velocity[0]
    assert found == pytest.approx(np.array(slope) * spread / (spread + 2))


def test_only_detections_of_other_tracks_are_neighbours():
    frame, place, track = columns(
        [(range(3), (10, 10), (0, 0)), (range(1, 2), (13, 10), (0, 0)), (range(1, 2), (40, 40), (0, 0))]
    )
    near = surroundings(frame, place, track)
    assert near[(track == 0) & (frame == 1)].tolist() == [[1, 0, 0]]
    assert near[(track == 0) & (frame == 0)].tolist() == [[0, 1, 0]]
    assert near[track == 2].tolist() == [[0, 0, 0]]


def test_the_numbers_of_the_tracks_mean_nothing(asked):
    clip = asked[0]
    renumbered = replace(clip, tracks=100 - 3 * clip.tracks)
    assert np.allclose(features_of(renumbered), features_of(clip))


def columns(tracks):
    rows = np.array(
        sorted(
            (frame, start[0] + velocity[0] * frame, start[1] + velocity[1] * frame, number)
            for number, (frames, start, velocity) in enumerate(tracks)
            for frame in frames
        ),
        dtype=float,
    )
    return rows[:, 0].astype(np.int64), rows[:, 1:3], rows[:, 3].astype(np.int64)


def table(lines):
    return dict(zip(COLUMNS, continuations(lines).T, strict=True))
