"""What inspect shows of a model of persistence: one clip, all clips of a split, and figures beside their nulls."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch

from object_persistence.tokens.batch import TokenBatch
from searchlight.choices import ClipChoice
from searchlight.configuration import load_config
from searchlight.errors import UsageError
from searchlight.experiments import persistence_clips, persistence_inspection
from searchlight.experiments.joining import join
from searchlight.experiments.persistence import Persistence


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    config = load_config("persistence/demo_quick").config
    splits = replace(config.videos.splits, train=4, validation=2, test=5)
    made = Persistence(
        replace(config, videos=replace(config.videos, splits=splits)), 0, cache=tmp_path_factory.mktemp("c")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Persistence, "splits", ("validation/same", "test/same", "test/gap4"))
        yield made


@pytest.fixture(scope="module")
def trained(experiment, model):
    return experiment.evaluate(model)


@pytest.fixture(scope="module")
def controls(experiment, made):
    return {what: made(what) for what in experiment.inspected}


@pytest.fixture(scope="module")
def inspection(experiment, trained, controls):
    return persistence_inspection.inspect(
        experiment, trained, controls, ClipChoice(condition="gap4", clip="1", frames=2)
    )


def test_whole_maps_are_kept_of_the_first_clips_as_the_model_has_them_alone(experiment, model, controls):
    kept = controls["clips"]
    clips = experiment.clips("test/gap4")
    assert set(kept.trials["split"]) == {"test/same", "test/gap4"}
    assert kept.trials.filter(split="test/gap4")["group"].unique(maintain_order=True).to_list() == [
        clip.name for clip in clips[: persistence_clips.FEW]
    ]
    rows = persistence_inspection.rows_of(kept.trials, "test/gap4", clips[1].name)
    with torch.no_grad():
        expected = model(TokenBatch.of([clips[1]])).attention[-1].dense()[0].numpy()
    found = persistence_inspection.weights_of(kept, rows)
    np.testing.assert_allclose(found["layer2"], expected, atol=1e-3)
    wide = kept.attention["layer2/weights"][rows]
    assert (wide[:, :, len(rows) :] == 0).all()


def test_the_untrained_clips_are_those_of_the_model_of_the_seed(experiment, controls):
    again = persistence_clips.clip_maps(experiment, experiment.model())
    for name, each in controls["untrained_clips"].attention.items():
        np.testing.assert_array_equal(each, again.attention[name])
    assert not np.array_equal(
        controls["clips"].attention["layer2/weights"], again.attention["layer2/weights"]
    )


def test_pictures_figures_files_and_lines_are_all_there(inspection, experiment):
    names = [each.name for each in inspection.drawings]
    assert names == [
        "clip-frames-gap4-1",
        "clip-tracks-gap4-1",
        "clip-objects-gap4-1",
        "clip-object-gap4-1",
        "clip-tokens-gap4-1",
        "received-ratio-gap4",
        "received-by-kind-gap4",
        "scores-gap4",
        "hold-outs",
    ]
    clip = experiment.clips("test/gap4")[1]
    assert clip.name in inspection.drawings[0].caption
    found = json.loads(inspection.files["inspection-gap4-1.json"])
    assert found["clip"]["name"] == clip.name
    assert [each["y"] for each in found["clip"]["detections"]] == pytest.approx(clip.detections.y, rel=1e-5)
    assert inspection.summary[0].startswith(f"{clip.name} of test/gap4: {len(clip)} detections")
    assert inspection.split == "test/gap4"


def test_figures_are_of_the_split_and_of_both_models(inspection, trained):
    figures = inspection.figures
    rows = trained.trials.filter(split="test/gap4")
    expected = (rows["target"] == rows["prediction"]).mean()
    assert figures["accuracy on test/gap4, trained"].value == pytest.approx(expected)
    assert "accuracy on test/gap4, the commoner answer" in figures
    for who in ("trained", "untrained"):
        for layer in ("layer1", "layer2", "rollout"):
            ratio = figures[f"attention of persistent over other detections on test/gap4, {layer}, {who}"]
            assert ratio.null is not None


def test_whole_maps_of_any_other_clip_are_made_when_it_is_chosen(experiment, trained, controls, model):
    place = persistence_clips.FEW
    clip = experiment.clips("test/gap4")[place]
    assert clip.name not in controls["clips"].trials["group"]
    gallery = persistence_inspection.gallery_of(
        experiment, trained, controls, ClipChoice(clip=str(place)), "test/gap4", model
    )
    networks = {"trained": model, "untrained": experiment.model().eval()}
    assert "clip-tokens" in [each.name for each in gallery.drawings()]
    for who, look in gallery.seen.looks.items():
        with torch.no_grad():
            expected = networks[who](TokenBatch.of([clip])).attention
        for number, each in enumerate(expected, 1):
            np.testing.assert_allclose(look.weights[f"layer{number}"], each.dense()[0].numpy(), atol=1e-3)


def test_what_is_said_of_a_clip_is_what_the_run_stored_of_it(experiment, trained, controls):
    gallery = persistence_inspection.gallery_of(
        experiment, trained, controls, ClipChoice(clip="2"), "test/same"
    )
    clip = experiment.clips("test/same")[2]
    rows = persistence_inspection.rows_of(trained.trials, "test/same", clip.name)
    np.testing.assert_array_equal(gallery.seen.trained.probability, trained.trials["score"].to_numpy()[rows])
    np.testing.assert_array_equal(
        gallery.seen.trained.received["rollout"], trained.attention["rollout/received"][rows].astype(float)
    )
    assert gallery.seen.layers == ("layer1", "layer2", "rollout")
    means = gallery.seen.trained.weights["layer1"].mean(0).sum(0)
    np.testing.assert_allclose(means / means.mean(), gallery.seen.trained.received["layer1"], atol=5e-3)


def test_a_run_that_was_evaluated_on_other_detections_is_refused(experiment, trained, controls):
    other = replace(trained, trials=trained.trials.with_columns(object=pl.col("object") + 1))
    with pytest.raises(UsageError, match="was evaluated on other detections than are found in it now"):
        persistence_inspection.inspect(experiment, other, controls, ClipChoice())


def test_a_clip_is_chosen_by_name_or_number_and_else_the_first_that_shows_both_kinds(experiment):
    clips = experiment.clips("test/same")
    assert persistence_inspection.place_of(clips, clips[3].name, "test/same") == 3
    assert persistence_inspection.place_of(clips, "3", "test/same") == 3
    one_kind = [clips[0].take(clips[0].persistent), *clips[1:]]
    assert persistence_inspection.place_of(one_kind, None, "test/same") == 1


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (ClipChoice(condition="gap5"), "did you mean gap4"),
        (ClipChoice(clip="7"), "7 is no clip of test/same; expected 0 to 4, or clip-"),
        (
            ClipChoice(object="persistent 99"),
            "persistent 99 is no object of this clip; expected one of: persistent",
        ),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(experiment, trained, controls, choice, words):
    with pytest.raises(UsageError, match=words):
        persistence_inspection.inspect(experiment, trained, controls, choice)
    with pytest.raises(UsageError, match=words):
        experiment.check_choice(choice)


def test_a_hold_out_and_a_clip_are_looked_up_without_making_a_clip(experiment, monkeypatch):
    names = [clip.name for clip in experiment.clips("test/gap4")]
    monkeypatch.setattr(Persistence, "detected", lambda *_: pytest.fail("clips are made"))
    for clip in (None, "4", *names):
        experiment.check_choice(ClipChoice(condition="gap4", clip=clip))
    with pytest.raises(UsageError, match="5 is no clip of test/gap4; expected 0 to 4, or clip-"):
        experiment.check_choice(ClipChoice(condition="gap4", clip="5"))


def test_a_model_without_attention_has_its_answers_drawn_and_says_so(experiment, trained):
    answers = replace(trained, attention={}, states={})
    found = persistence_inspection.inspect(experiment, answers, {}, ClipChoice(frames=1))
    assert [each.name for each in found.drawings] == ["clip-frames", "clip-tracks", "scores", "hold-outs"]
    assert "there is no attention to draw: this model attends to nothing" in found.summary


def test_clips_that_end_early_are_drawn_where_a_run_has_them(experiment, trained):
    parts = [
        trained.trials.filter(split="test/same").with_columns(frames=pl.lit(frames)) for frames in (2, 16)
    ]
    cuts = replace(trained, trials=parts[0].vstack(parts[1]), attention={}, states={})
    answers = replace(trained, attention={}, states={})
    found = persistence_inspection.inspect(
        experiment, answers, {"frames_seen": join([cuts])}, ClipChoice(frames=1)
    )
    assert found.drawings[-1].name == "frames-seen"


def test_a_picture_is_named_after_what_it_depends_on():
    choice = ClipChoice(condition="gap4", clip="3", object="flash 2")
    named = {
        name: persistence_inspection.suffix(name, choice)
        for name in ("clip-object", "clip-frames", "scores", "hold-outs")
    }
    assert named == {
        "clip-object": "-gap4-3-flash-2",
        "clip-frames": "-gap4-3",
        "scores": "-gap4",
        "hold-outs": "",
    }


def test_frames_that_no_page_holds_are_refused():
    with pytest.raises(UsageError, match="--frames 0: expected 1 to 24"):
        ClipChoice(frames=0)
