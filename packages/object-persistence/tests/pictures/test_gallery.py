"""Every picture has its words and its null; what they show is told in numbers and in lines as well."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis import Picture
from object_persistence import PersistenceError
from object_persistence.metrics import ACCURACY, AUROC
from object_persistence.pictures.answers import Answers
from object_persistence.pictures.gallery import Gallery
from object_persistence.pictures.over_clips import frames_seen_drawing
from object_persistence.pictures.seen_clip import TRAINED, UNTRAINED, Look
from object_persistence.pictures.telling import clip_line, document, lines


@pytest.fixture(scope="module")
def gallery(made):
    return Gallery("test/same", made.seen, made.everyone, shown=2)


@pytest.fixture(scope="module")
def drawings(gallery):
    return {each.name: each for each in gallery.drawings()}


@pytest.fixture(scope="module")
def baseline(made):
    """Answers without any attention."""
    look = Look(made.seen.trained.probability)
    seen = replace(made.seen, trained=look, untrained=None)
    return Gallery(
        "test/same", seen, {TRAINED: Answers(made.everyone[TRAINED].trials, resamples=19)}, shown=2
    )


def test_every_picture_has_its_words_and_its_null(drawings):
    assert list(drawings) == [
        "clip-frames",
        "clip-tracks",
        "clip-objects",
        "clip-object",
        "clip-tokens",
        "received-ratio",
        "received-by-kind",
        "scores",
        "hold-outs",
    ]
    for each in drawings.values():
        assert Picture.of_drawing(each, dpi=30).null
        assert each.interactive is not None


def test_of_a_baseline_only_the_answers_are_drawn_and_the_lines_say_why(baseline):
    assert [each.name for each in baseline.drawings()] == [
        "clip-frames",
        "clip-tracks",
        "scores",
        "hold-outs",
    ]
    assert "there is no attention to draw: this model attends to nothing" in lines(baseline)
    assert document(baseline)["ratios"] == {}


def test_the_whole_map_of_a_clip_that_was_not_kept_is_missed_by_name(gallery, made):
    seen = replace(made.seen, trained=replace(made.seen.trained, weights={}))
    alone = replace(gallery, seen=seen)
    assert "clip-tokens" not in [each.name for each in alone.drawings()]
    assert "clip-40: who attends to whom was not kept of it" in lines(alone)
    assert not [line for line in lines(gallery) if "was not kept" in line]


def test_an_object_that_is_not_there_is_refused_before_anything_is_drawn(gallery):
    with pytest.raises(PersistenceError, match="99 is no object of this clip"):
        replace(gallery, name="99")


def test_the_ratio_is_above_its_null_where_attention_follows_and_within_it_where_not(gallery):
    trained, untrained = (gallery.ratios[who]["layer2"] for who in (TRAINED, UNTRAINED))
    assert trained.low > trained.null.high
    assert trained.null.low < 1 < trained.null.high
    assert untrained.null.low < untrained.value < untrained.null.high


def test_the_ratio_is_that_of_means_over_clips(gallery, made):
    trials = made.everyone[TRAINED].trials
    told = trials.with_columns(value=pl.Series(made.everyone[TRAINED].attention["layer1/received"])).filter(
        split="test/same"
    )
    means = (
        told.group_by("group", "target")
        .agg(pl.col("value").mean())
        .group_by("target")
        .agg(pl.col("value").mean())
    )
    by_class = dict(means.select("target", "value").iter_rows())
    assert gallery.ratios[TRAINED]["layer1"].value == pytest.approx(by_class[1] / by_class[0])


def test_performance_is_told_of_every_test_split_beside_the_commoner_answer(gallery, made):
    found = gallery.performance[ACCURACY]
    assert set(found) == {TRAINED, UNTRAINED, "the commoner answer"}
    assert set(found[TRAINED]) == {"test/same", "test/gap4"}
    rows = made.everyone[TRAINED].trials.filter(split="test/same")
    assert found[TRAINED]["test/same"].value == (rows["target"] == rows["prediction"]).mean()
    assert found["the commoner answer"]["test/same"].value == pytest.approx(6 / 11)
    assert gallery.performance[AUROC][TRAINED]["test/same"].value > 0.9


def test_what_lasts_stands_first_among_the_kinds(gallery, drawings):
    assert next(iter(gallery.everyone[TRAINED].scores("test/same"))) == "persistent"
    assert drawings["scores"].interactive.options["kind"] == ["persistent", "blinker", "clutter", "flash"]
    received = gallery.everyone[TRAINED].by_kind("test/same")
    assert list(received) == ["layer1", "layer2", "rollout"]
    assert received["layer2"]["persistent"].value > 1 > received["layer2"]["flash"].value


def test_a_split_that_was_not_evaluated_is_named(gallery):
    with pytest.raises(PersistenceError, match="test/fast: the run has no detections of this split"):
        gallery.everyone[TRAINED].ratios("test/fast")


def test_clips_that_end_early_are_drawn_where_they_were_made(gallery, made):
    trials = made.everyone[UNTRAINED].trials.filter(split="test/same")
    cuts = pl.concat(
        [
            trials.filter(pl.col("step") < frames).with_columns(
                frames=pl.lit(frames), group=pl.col("group") + f" {again}"
            )
            for frames in (2, 4, 6)
            for again in range(4)
        ]
    )
    drawing = frames_seen_drawing(cuts, resamples=99)
    right = (
        trials.filter(pl.col("step") < 2)["target"] == trials.filter(pl.col("step") < 2)["prediction"]
    ).mean()
    assert drawing.alt.startswith(f"Accuracy after 2 frames {right:.3f} [")
    assert [axes.get_title(loc="left") for axes in drawing.figure.axes] == ["accuracy", "AUROC"]
    assert [each.name for each in replace(gallery, cuts=cuts).drawings()][-1] == "frames-seen"


def test_the_document_is_plain_and_has_every_detection(gallery):
    found = json.loads(json.dumps(document(gallery), allow_nan=False))
    detections = found["clip"]["detections"]
    assert len(detections) == 11
    assert found["clip"]["objects"][0] == "persistent 3"
    seen = gallery.seen
    for row, each in enumerate(detections):
        assert each["persistent"] == (seen.clip.truth[row] == 3)
        assert each["received"]["trained"]["layer2"] == pytest.approx(
            seen.trained.received["layer2"][row], rel=1e-5
        )
    assert found["ratios"]["trained"]["layer2"]["null"]["p"] <= 0.05
    assert found["performance"]["accuracy"]["trained"]["test/gap4"]["chance"] is None


def test_lines_tell_the_clip_beside_the_commoner_answer_and_layers_beside_their_null(gallery):
    right = int(gallery.seen.right(gallery.seen.trained).sum())
    line = clip_line(gallery)
    assert line.startswith("clip-40 of test/same: 11 detections of 5 objects, 1 of which last; 0 missed.")
    assert f"trained {right};" in line
    assert line.endswith("the commoner answer 6")
    layers = [each for each in lines(gallery) if "attention of what lasts" in each]
    assert len(layers) == 3
    assert all("untrained" in each and "with labels moved, p = " in each for each in layers)


def test_an_attention_that_gives_a_class_nothing_is_told_without_a_number(gallery):
    clip = gallery.seen.clip
    lasting = clip.take(clip.persistent)
    look = Look(np.ones(5), {"layer1": np.ones(5)})
    alone = replace(gallery, seen=replace(gallery.seen, clip=lasting, trained=look, untrained=None))
    assert any("trained has none in this clip" in each for each in lines(alone))
