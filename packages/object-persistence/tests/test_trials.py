from dataclasses import replace

import numpy as np
import pytest

from object_persistence import PersistenceError
from object_persistence.clips.prepared import PreparedClip
from object_persistence.detection.detections import Detections
from object_persistence.trials import SCHEMA, trials_table


def clip_of(name, frame, truth, tracks):
    truth, count = np.array(truth, dtype=np.int64), len(frame)
    return PreparedClip(
        name=name,
        detections=Detections.of(frame, np.zeros(count), np.arange(count)),
        patches=np.zeros((count, 1, 3, 3), np.float32),
        tracks=np.array(tracks, dtype=np.int64),
        truth=truth,
        persistent=truth == 0,
        kind=["persistent" if each == 0 else "clutter" if each < 0 else "flash" for each in truth],
        seen=np.ones(count, dtype=np.int64),
        duration=np.where(truth < 0, 0, 5),
        remaining=np.where(truth < 0, 0, 2),
        time=4,
        height=8,
        width=9,
    )


@pytest.fixture
def clips():
    return [clip_of("clip-3", [0, 0, 1], [0, 1, -1], [0, 1, 0]), clip_of("clip-4", [], [], [])]


def test_every_detection_is_a_row_with_what_was_true_and_what_was_said(clips):
    table = trials_table(clips, [np.array([0.9, 0.6, 0.2]), np.zeros(0)], split="test/same")
    assert dict(table.schema) == SCHEMA
    assert table["item"].to_list() == ["clip-3/0", "clip-3/1", "clip-3/2"]
    assert table["target"].to_list() == [1, 0, 0]
    assert table["prediction"].to_list() == [1, 1, 0]
    assert table["score"].to_list() == [0.9, 0.6, 0.2]
    assert table["clutter"].to_list() == [False, False, True]
    assert table["track_length"].to_list() == [2, 1, 2]
    assert table["density"].to_list() == [1, 1, 1]
    assert set(table["split"]) == {"test/same"}


def test_what_is_not_known_is_null(clips):
    told = [np.array([4.5, 1.0, 1.0]), np.zeros(0)]
    table = trials_table(clips, [np.ones(3), np.zeros(0)], split="s", durations={"duration": told})
    assert table["duration"].to_list() == [5, 5, None]
    assert table["duration_predicted"].to_list() == [4.5, 1.0, 1.0]
    assert table["remaining_predicted"].null_count() == 3


def test_clips_without_a_detection_have_a_table_without_rows(clips):
    table = trials_table(clips[1:], [np.zeros(0)], split="s")
    assert table.height == 0
    assert dict(table.schema) == SCHEMA


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda said: said[:1], "expected numbers for 2 clips; got 1"),
        (
            lambda said: [said[0][:2], said[1]],
            "clip-3, score: expected one for each of 3 detections; got \\[2\\]",
        ),
        (lambda said: [said[0] + 0.5, said[1]], "probabilities from 0 to 1"),
        (lambda said: [said[0] * np.nan, said[1]], "expected finite numbers"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(clips, change, said):
    with pytest.raises(PersistenceError, match=said):
        trials_table(clips, change([np.array([0.9, 0.6, 0.2]), np.zeros(0)]), split="s")


def test_long_tracks_are_one_cell(clips):
    long = clip_of("long", list(range(30)), [0] * 30, [0] * 30)
    table = trials_table([replace(long, time=30)], [np.ones(30)], split="s")
    assert set(table["track_length"]) == {16}
