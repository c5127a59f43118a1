from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from object_persistence.baselines import make_baseline
from object_persistence.boxes import BoxClips, steps_of
from object_persistence.errors import PersistenceError
from object_persistence.linking.hungarian import HungarianLinker
from object_persistence.metrics import auroc, balanced_accuracy
from object_persistence.videos.mot import tud

LINKER = HungarianLinker()


@pytest.fixture(scope="module")
def campus():
    pytest.importorskip("motmetrics")
    return tud("TUD-Campus").truth


def joined(clips, name):
    return np.concatenate([getattr(clip, name) for clip in clips])


def test_every_box_is_in_one_window_where_nothing_is_dropped(campus):
    clips = BoxClips(drop=0.0, false_alarms=0).of(campus, LINKER)
    assert [clip.time for clip in clips] == [16, 16, 16, 16, 7]
    assert sum(map(len, clips)) == campus.height
    assert joined(clips, "persistent").all()
    frame = np.concatenate([16 * number + clip.detections.frame for number, clip in enumerate(clips)])
    places = np.stack(
        [frame, *(8 * np.concatenate([getattr(clip.detections, each) for clip in clips]) for each in "yx")], 1
    )
    theirs = campus.select(
        "frame", pl.col("y") - pl.col("y").min(), pl.col("x") - pl.col("x").min()
    ).to_numpy()
    assert np.allclose(places[np.lexsort(places.T)], theirs[np.lexsort(theirs.T)])


def test_boxes_are_dropped_by_chance_and_alarms_never(campus):
    how = BoxClips(drop=0.3, false_alarms=20)
    clips = how.of(campus, LINKER)
    assert sum(clip.missed for clip in clips) / campus.height == pytest.approx(0.3, abs=0.1)
    for clip in clips:
        alarms = clip.truth[~clip.persistent]
        assert len(np.unique(alarms)) == 20
        assert np.bincount(alarms).max() <= 3
    again = how.of(campus, LINKER)
    assert joined(again, "tracks").tobytes() == joined(clips, "tracks").tobytes()
    assert not np.array_equal(
        joined(replace(how, seed=1).of(campus, LINKER), "truth"), joined(clips, "truth")
    )


def test_alarms_move_as_boxes_do(campus):
    steps = steps_of(campus)
    alarms = [
        np.diff(np.stack([clip.detections.y, clip.detections.x], 1)[clip.truth == each], axis=0)
        for clip in BoxClips(false_alarms=200, shrink=1.0).of(campus, LINKER)
        for each in np.unique(clip.truth[~clip.persistent])
    ]
    speeds = np.linalg.norm(np.concatenate(alarms), axis=1)
    assert np.median(speeds) == pytest.approx(np.median(np.linalg.norm(steps, axis=1)), rel=0.15)


def test_durations_are_those_before_boxes_are_dropped():
    boxes = pl.DataFrame({"track": [5] * 6, "frame": range(6), "y": [0.0] * 6, "x": np.arange(6.0)})
    clip = BoxClips(drop=0.5, false_alarms=0, shrink=1.0).of(boxes, LINKER)[0]
    assert 0 < len(clip) < 6
    assert (clip.duration == 6).all()
    assert np.array_equal(clip.remaining, 5 - clip.detections.frame)


def test_pedestrians_are_told_from_false_alarms_by_what_was_learned_on_another_street(campus):
    how = BoxClips()
    street = how.of(tud("TUD-Stadtmitte").truth, LINKER, "stadtmitte")
    clips = how.of(campus, LINKER, "campus")
    persistent = joined(clips, "persistent")
    for name in ("link_length", "track_boosting"):
        score = np.concatenate(make_baseline(name).fit(street).predict(clips))
        assert auroc(persistent, score) > 0.95
        assert balanced_accuracy(persistent, score) > 0.9
    shuffled = np.random.default_rng(0).permutation(persistent)
    assert auroc(shuffled, score) == pytest.approx(0.5, abs=0.1)


def test_what_is_no_sequence_of_boxes_is_refused(campus):
    with pytest.raises(PersistenceError, match="no column 'x'"):
        BoxClips().of(campus.drop("x"), LINKER)
    with pytest.raises(PersistenceError, match="no boxes"):
        BoxClips().of(campus.clear(), LINKER)
    with pytest.raises(PersistenceError, match=r"drop: expected a chance .* got 1"):
        BoxClips(drop=1.0)
    with pytest.raises(PersistenceError, match="a window of 2 frames at least"):
        BoxClips(window=1)
