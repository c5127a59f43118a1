from dataclasses import replace

import numpy as np
import pytest

from object_persistence import PersistenceError
from object_persistence.clips import splits
from object_persistence.clips.splits import Preparation, prepared_split
from object_persistence.configuration import ClipsConfig, PersistenceConfig, VideoConfig
from object_persistence.videos.configuration import SplitConfig

SMALL = PersistenceConfig(videos=VideoConfig(splits=SplitConfig(train=3, validation=2, test=2)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def train(folder):
    return prepared_split(SMALL, "train", folder)


def test_a_split_has_its_clips_with_labels_and_rates(train):
    assert len(train) == 3
    assert train.detections == sum(len(clip) for clip in train) > 60
    assert 0.3 < train.persistent < 0.9
    assert 0 <= train.merge_rate <= train.miss_rate < 0.2
    assert train.clutter_rate < 0.1
    assert all(
        (clip.kind[at] == "persistent") == clip.persistent[at] for clip in train for at in range(len(clip))
    )


def test_what_was_prepared_is_read_and_not_made_again(train, folder, monkeypatch):
    def refuse(config):
        raise AssertionError("made again")

    monkeypatch.setattr(splits, "make_detector", refuse)
    assert prepared_split(SMALL, "train", folder).fingerprint == train.fingerprint
    with pytest.raises(AssertionError, match="made again"):
        prepared_split(SMALL, "test/same", folder)


def test_what_is_prepared_follows_the_code_that_makes_it(train, folder, monkeypatch):
    made = []
    monkeypatch.setattr(splits, "code_fingerprint", lambda: "another")
    monkeypatch.setattr(
        splits, "make_linker", lambda config: made.append(config) or (lambda found: np.zeros(len(found), int))
    )
    found = prepared_split(SMALL, "train", folder)
    assert made
    assert found.fingerprint != train.fingerprint


def test_two_processes_prepare_what_one_does(train, folder, monkeypatch):
    monkeypatch.setattr(splits, "CHUNK", 2)
    videos = splits.split_videos(SMALL.videos)["train"]
    again = Preparation.of(SMALL).made("train", videos, folder / "other", jobs=2)
    assert again.fingerprint == train.fingerprint


def test_progress_is_told(tmp_path):
    told = []
    prepared_split(SMALL, "validation/same", tmp_path, report=lambda *each: told.append(each))
    assert told == [("prepare validation/same", 2, 2)]


def test_a_hold_out_that_is_trained_on_has_seeds_of_training_and_not_of_the_test(train, folder):
    config = replace(SMALL, clips=ClipsConfig(also=("fast",)))
    both, tested = prepared_split(config, "train", folder), prepared_split(config, "test/fast", folder)
    assert len(both) == 6
    assert {clip.name for clip in both} == {clip.name for clip in train}
    assert not {clip.name for clip in both} & {clip.name for clip in tested}
    assert [len(clip) for clip in both[3:]] != [len(clip) for clip in train]
    assert prepared_split(config, "test/fast", folder).fingerprint == tested.fingerprint


def test_an_unknown_split_or_hold_out_is_refused_with_those_that_there_are(folder):
    with pytest.raises(PersistenceError, match="'test/slow' is not a split; expected one of: train, valid"):
        prepared_split(SMALL, "test/slow", folder)
    with pytest.raises(PersistenceError, match="'slow' is not a hold-out"):
        prepared_split(replace(SMALL, clips=ClipsConfig(also=("slow",))), "train", folder)


def test_a_clip_without_objects_is_kept_and_empty(folder):
    videos = replace(SMALL.videos, persistent=(0, 0), transient=(0, 0), noise=0.0)
    found = prepared_split(replace(SMALL, videos=videos), "train", folder)
    assert found.detections == 0
    assert np.isnan(found.miss_rate)
    assert np.isnan(found.persistent)
