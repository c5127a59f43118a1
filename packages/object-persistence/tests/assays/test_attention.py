"""What is received by kind and over time, how broad attention is, how long objects last, and sets of any size."""

import json

import numpy as np
import polars as pl
import pytest

from object_persistence.assays.attention import Attention
from object_persistence.assays.durations import Durations
from object_persistence.assays.learning import Learning
from object_persistence.assays.sets import Sets

ASSAY = Attention()


@pytest.fixture(scope="module")
def table(made_up):
    return made_up().table()


@pytest.fixture(scope="module")
def found(made_up, stored, table):
    attention = made_up().attention(table, 2.0)
    attention["layer2/received"] = (table["seen"].to_numpy() * (1 + table["target"].to_numpy())).astype(
        np.float16
    )
    return ASSAY.measure(stored(table, attention), {})


def test_entropy_is_the_mean_over_detections(found):
    assert found.estimate("attention_entropy", split="test/same", layer="layer1").value == 1
    assert found.estimate("attention_entropy", split="test/same", layer="layer2").value == 0.5


def test_each_class_and_kind_has_what_it_receives(found, table):
    for kind, rows in {
        "persistent": table.filter(pl.col("target") == 1),
        "not persistent": table.filter(pl.col("target") == 0),
        "flash": table.filter(pl.col("kind") == "flash"),
    }.items():
        expected = (rows["seen"] * (1 + rows["target"])).mean()
        received = found.estimate("received_attention", split="test/same", layer="layer2", kind=kind)
        assert received.value == pytest.approx(expected)
        assert received.n == 40


def test_attention_is_followed_from_sighting_to_sighting(found):
    cell = {"split": "test/same", "layer": "layer2"}
    lasting = [
        found.estimate("received_at_sighting", kind="persistent", seen=k, **cell).value for k in (1, 2, 8)
    ]
    passing = [
        found.estimate("received_at_sighting", kind="not persistent", seen=k, **cell).value for k in (1, 2, 3)
    ]
    assert lasting == [2, 4, 16]
    assert passing == [1, 2, 3]


def test_attention_is_drawn_layer_by_layer(found):
    drawn = [each.name for each in ASSAY.draw({"arm": [found]})]
    assert drawn == [
        f"attention-{what}-{layer}"
        for layer in ("layer1", "layer2", "rollout")
        for what in ("over-time", "by-kind")
    ]


def test_errors_of_durations_are_in_frames_and_clutter_has_none(table, stored):
    said = table.with_columns(
        duration=pl.when("clutter").then(None).otherwise(pl.col("target") * 10 + 2),
        duration_predicted=pl.when("clutter").then(99.0).otherwise(pl.col("target") * 10 + 3),
    )
    run = stored(said)
    assert Durations().missing(run) == ""
    measured = Durations().measure(run, {})
    assert measured.estimate("duration_error", split="test/same", what="duration").value == 1
    constant = np.abs(np.where(said.filter(~pl.col("clutter"))["target"] == 1, 12, 2) - 2).mean()
    assert measured.estimate("constant_error", split="test/same", what="duration").value == pytest.approx(
        constant
    )
    assert not [each for each in measured.figures if each.cell["what"] == "remaining"]


def test_a_run_that_says_nothing_of_durations_is_not_asked(table, stored):
    assert Durations().missing(stored(table)) == "it says nothing of durations"


@pytest.fixture
def answered(table, stored):
    def measured(padded=0.0, reordered=0.0, drop=0):
        moved = table.with_columns(
            padded=pl.col("score") + padded, reordered=pl.col("score") + reordered, detections=pl.lit(20)
        )
        run = stored(moved.head(moved.height - drop))
        return Sets().measure(run, {"padding": run})

    return measured


def test_padding_that_changes_a_probability_is_found(answered):
    found = answered(padded=1e-3)
    assert found.estimate("largest_change", split="test/same", by="padding").value == pytest.approx(1e-3)
    assert found.estimate("largest_change", split="test/same", by="order").value == 0


def test_answers_that_change_sides_are_counted(answered, table):
    found = answered(reordered=0.2)
    expected = ((table["score"] < 0.5) & (table["score"] >= 0.3)).mean()
    assert found.estimate("answers_changed", split="test/same", by="order").value == pytest.approx(expected)


def test_detections_without_an_answer_are_counted(answered, table):
    found = answered(drop=5)
    assert found.estimate("answers_lost", split="test/same").value == pytest.approx(5 / table.height)
    assert answered().estimate("answers_lost", split="test/same").value == 0
    assert found.notes == ("test/same: 40 clips of 20 to 20 detections",)


def test_learning_finds_when_the_criterion_is_reached(table, stored):
    run = stored(table)
    epochs = [
        {"kind": "epoch", "epoch": k, "step": 10 * k, "train_loss": 1 / k, "accuracy": a}
        for k, a in ((1, 0.8), (2, 0.93))
    ]
    (run.path / "metrics.jsonl").write_text("".join(json.dumps(each) + "\n" for each in epochs))
    assert Learning().measure(run, {}).estimate("steps_to_90").value == 20
