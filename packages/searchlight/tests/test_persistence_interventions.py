"""Interventions with a small model on small clips: tables that assays can read, and a model that stays as it was."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis import Run
from analysis.store import TRIAL_COLUMNS
from object_persistence.assays import FaithfulAttention, FramesSeen, Sets
from object_persistence.clips.prepared import seen_so_far
from object_persistence.linking.factory import make_linker
from searchlight.configuration import load_config
from searchlight.errors import UsageError
from searchlight.experiments import persistence_deletion, persistence_padding
from searchlight.experiments.persistence import Persistence


@pytest.fixture(scope="module", autouse=True)
def few():
    """As few clips and draws as still show something."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(persistence_deletion, "CLIPS", 6)
        patch.setattr(persistence_deletion, "DRAWS", 2)
        patch.setattr(persistence_deletion, "SHARES", (0.2, 0.6))
        patch.setattr(persistence_padding, "CLIPS", 4)
        yield


def tiny(preset):
    """A preset with as few clips as will do."""
    config = load_config(preset).config
    splits = replace(config.videos.splits, train=8, validation=2, test=8)
    return replace(config, videos=replace(config.videos, splits=splits))


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    made = Persistence(tiny("persistence/tracks"), 0, cache=tmp_path_factory.mktemp("cache"))
    made.prepare()
    return made


@pytest.mark.parametrize("what", ["untrained", "frames_seen", "deletion", "padding"])
def test_an_intervention_leaves_no_null_where_none_may_be(made, what):
    trials = made(what).trials
    for column in TRIAL_COLUMNS:
        assert not trials[column].null_count(), column


def test_the_untrained_model_keeps_its_attention_on_every_test_split(made, experiment):
    found = made("untrained")
    assert set(found.trials["split"]) == {each for each in experiment.splits if each.startswith("test/")}
    assert {"layer1/received", "layer2/received", "rollout/received"} <= set(found.attention)


def test_a_clip_that_is_cut_after_all_its_frames_is_answered_as_the_whole(made, experiment, model):
    trials = made("frames_seen").trials
    assert sorted(set(trials["frames"])) == list(range(1, 17))
    whole = trials.filter(pl.col("frames") == 16)
    expected = np.concatenate(experiment.predictions(model, experiment.clips("test/same")))
    np.testing.assert_allclose(whole["score"].to_numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("frames", [2, 6, 11])
def test_a_cut_is_answered_as_a_clip_that_has_no_more_frames(made, experiment, model, frames):
    """Links and answers are those of the detections before the cut, as if nothing else had been filmed."""
    linker = make_linker(experiment.config.linking)
    clip = experiment.clips("test/same")[0]
    before = clip.take(clip.detections.frame < frames)
    tracks = linker(before.detections)
    alone = replace(before, tracks=tracks, seen=seen_so_far(tracks), time=frames)
    stored = made("frames_seen").trials.filter(pl.col("frames") == frames, pl.col("group") == clip.name)
    np.testing.assert_allclose(stored["score"], experiment.predictions(model, [alone])[0], atol=1e-6)
    assert stored["seen"].to_list() == alone.seen.tolist()


def test_deletions_keep_names_and_numbers_of_what_is_left(made, experiment):
    trials = made("deletion").trials
    assert set(trials["split"]) == {"test/same", "test/gap4"}
    sizes = {clip.name: len(clip) for split in set(trials["split"]) for clip in experiment.clips(split)[:6]}
    kept = trials.group_by("which", "share", "draw", "group").len()
    for which, share, _, group, count in kept.iter_rows():
        dropped = round(share * sizes[group])
        expected = {"intact": sizes[group]}.get(
            which, dropped if which.startswith("keep") else sizes[group] - dropped
        )
        assert count == expected, (which, share)
    intact = trials.filter(pl.col("which") == "intact")
    labels = dict(zip(intact["item"], intact["target"], strict=True))
    assert all(labels[item] == target for item, target in trials.select("item", "target").iter_rows())


def test_the_most_attended_are_those_that_receive_most_in_the_last_layer(made, experiment, model):
    clips = experiment.clips("test/same")[:6]
    stored = experiment.evaluate_split(model, "test/same")
    kept = made("deletion").trials.filter(pl.col("which") == "keep", pl.col("share") == 0.2)
    for clip in clips:
        rows = stored.trials["group"].to_numpy() == clip.name
        received = stored.attention["layer2/received"][rows].astype(float)
        chosen = {int(item.rpartition("/")[2]) for item in kept.filter(pl.col("group") == clip.name)["item"]}
        rest = np.setdiff1d(np.arange(len(clip)), list(chosen))
        assert received[list(chosen)].min() >= received[rest].max() - 2e-3


def test_random_detections_of_the_same_classes_hold_as_many_persistent_ones(made):
    trials = made("deletion").trials.filter(pl.col("share") == 0.2)
    counts = trials.group_by("which", "group", "draw").agg(pl.col("target").sum()).sort("group", "draw")
    top = dict(counts.filter(pl.col("which") == "top").select("group", "target").iter_rows())
    alike = counts.filter(pl.col("which") == "alike")
    assert all(top[group] == target for group, target in alike.select("group", "target").iter_rows())
    assert set(alike["draw"]) == {0, 1}


def test_padding_and_order_change_nothing_and_every_detection_is_answered(made):
    trials = made("padding").trials
    assert set(trials["split"]) == {"test/same", "test/dense"}
    for column in ("padded", "reordered"):
        np.testing.assert_allclose(trials[column], trials["score"], atol=1e-5)
    assert trials.group_by("group").len()["len"].sum() == trials.height
    assert trials.group_by("split", "group").agg((pl.col("detections") == pl.len()).all())["detections"].all()


@pytest.mark.parametrize(
    "assay", [FramesSeen(resamples=19), FaithfulAttention(), Sets()], ids=lambda each: each.name
)
def test_assays_can_read_what_is_stored(made, assay, tmp_path):
    found = made(assay.controls[0])
    run = Run(tmp_path / "seed-0").begin("system: persistence", {"data_hash": "one"})
    run.write_evaluation(found.trials, found.states, found.attention)
    measured = assay.measure(run, {assay.controls[0]: run})
    assert {each.measure for each in measured.figures} == {each.name for each in assay.measures}


@pytest.mark.parametrize("kind", ["majority", "gru"])
def test_what_has_no_attention_can_only_be_cut_short(experiment, kind):
    other = Persistence(tiny(f"persistence/{kind}"), 0, cache=experiment.cache)
    assert other.interventions == ("frames_seen",)
    with pytest.raises(UsageError, match="deletion is no intervention here"):
        other.intervene(None, "deletion")
