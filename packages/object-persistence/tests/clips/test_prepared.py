import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_persistence.clips.prepared import prepare, seen_so_far
from object_persistence.detection.detections import Detections
from object_persistence.videos.clip import Clip


def test_every_detection_gets_the_labels_of_its_object(prepared):
    assert prepared.truth.tolist() == [0, 1, 0, 1, 0, -1, 0]
    nothing = 5
    assert prepared.kind[nothing] == "clutter"
    assert not prepared.persistent[nothing]
    assert (prepared.duration[nothing], prepared.remaining[nothing]) == (0, 0)
    lasting = prepared.truth == 0
    assert prepared.persistent.tolist() == lasting.tolist()
    assert prepared.duration[lasting].tolist() == [6] * 4
    assert prepared.remaining[lasting].tolist() == [5, 3, 1, 0]
    assert [prepared.kind[at] for at in np.flatnonzero(prepared.truth == 1)] == ["flash"] * 2
    assert prepared.remaining[prepared.truth == 1].tolist() == [1, 0]


def test_what_was_not_found_is_counted_among_what_could_be(prepared):
    assert (prepared.visible, prepared.missed, prepared.merged) == (7, 1, 0)
    assert prepared.clutter.sum() == 1


def test_a_track_is_counted_up_to_each_detection_and_in_all(prepared):
    assert prepared.seen.tolist() == [1, 1, 2, 2, 3, 1, 4]
    assert sorted(prepared.track_length.tolist()) == [1, 2, 2, 4, 4, 4, 4]


@given(st.lists(st.integers(0, 4), max_size=30))
def test_what_was_seen_so_far_is_the_count_of_equal_tracks_up_to_here(tracks):
    expected = [tracks[: at + 1].count(track) for at, track in enumerate(tracks)]
    assert seen_so_far(np.array(tracks, dtype=np.int64)).tolist() == expected


def test_some_detections_are_counted_anew_and_keep_their_labels(prepared):
    kept = prepared.take(prepared.detections.frame > 0)
    assert len(kept) == 6
    assert kept.seen[kept.truth == 0].tolist() == [1, 2, 3]
    assert kept.remaining[kept.truth == 0].tolist() == [3, 1, 0]
    assert kept.patches.shape == (6, 1, 9, 9)
    assert len(kept.kind) == 6


def test_a_clip_cut_after_some_frames_holds_nothing_of_the_others(prepared):
    cut = prepared.until(3)
    assert cut.time == 3
    assert cut.detections.frame.max() == 2


def test_a_clip_without_truth_has_detections_and_no_labels(clip):
    unlabelled = Clip(clip.name, clip.frames, None)
    found = prepare(
        unlabelled, lambda frames: Detections.of([0], [3.0], [4.0]), lambda found: np.zeros(1, int)
    )
    assert found.kind == ["unknown"]
    assert found.truth.tolist() == [-1]
    assert found.visible == 0


def test_a_clip_in_which_nothing_is_found_is_empty_and_says_what_was_missed(clip):
    found = prepare(clip, lambda frames: Detections.empty(), lambda found: np.zeros(0, int))
    assert len(found) == 0
    assert found.patches.shape == (0, 1, 9, 9)
    assert found.track_length.shape == (0,)
    assert found.missed == found.visible == 7


@pytest.mark.parametrize("channels", [1, 3])
def test_a_clip_of_several_channels_has_patches_of_as_many(channels):
    coloured = Clip("c", np.zeros((2, 20, 20, channels), np.float32), None)
    found = prepare(
        coloured, lambda frames: Detections.of([1], [3.0], [4.0]), lambda found: np.zeros(1, int), 5
    )
    assert found.patches.shape == (1, channels, 5, 5)
    assert (found.time, found.height, found.width) == (2, 20, 20)
