from dataclasses import replace

import numpy as np
import pytest

from object_persistence.baselines import ending_early, make_baseline, seen_until
from object_persistence.baselines.features import features_of
from object_persistence.errors import PersistenceError
from object_persistence.linking.hungarian import HungarianLinker
from object_persistence.metrics import accuracy


def test_copies_end_early_keep_their_labels_and_are_the_same_for_a_seed(learned):
    copies = ending_early(learned, 2, seed=1)
    assert len(copies) == 2 * len(learned)
    for clip, copy in zip([*learned, *learned], copies, strict=True):
        assert 3 <= copy.time <= 16
        kept = clip.detections.frame < copy.time
        assert np.array_equal(copy.persistent, clip.persistent[kept])
        assert np.array_equal(copy.duration, clip.duration[kept])
    assert [each.time for each in ending_early(learned, 2, seed=1)] == [each.time for each in copies]
    assert len({each.time for each in copies}) > 5


def test_what_comes_later_changes_nothing_of_a_clip_that_is_cut(asked):
    clip, linker = asked[0], HungarianLinker(gap_closing=6)
    later = clip.detections.frame >= 7
    moved = {**clip.detections.columns, "x": clip.detections.x + np.where(later, 9.0, 0.0)}
    other = replace(clip, detections=type(clip.detections).of(**moved))
    one, two = (seen_until(each, 7, linker) for each in (clip, other))
    assert one.time == 7
    assert features_of(one).tobytes() == features_of(two).tobytes()
    assert np.array_equal(one.tracks, linker(clip.detections[~later]))


def test_an_early_verdict_is_better_for_having_learned_from_early_ends(learned, asked):
    linker = HungarianLinker()
    cut = [seen_until(clip, 6, linker) for clip in asked]
    persistent = np.concatenate([clip.persistent for clip in cut])
    right = {
        cuts: accuracy(
            persistent,
            np.concatenate(
                make_baseline("gradient_boosting", trees=30, cuts=cuts, learning_rate=0.2)
                .fit(learned)
                .predict(cut)
            ),
        )
        for cuts in (0, 3)
    }
    assert right[3] > right[0] + 0.02


def test_a_clip_without_a_frame_is_refused(asked):
    with pytest.raises(PersistenceError, match="expected 1 frame at least of clip-100; got 0"):
        seen_until(asked[0], 0, HungarianLinker())
