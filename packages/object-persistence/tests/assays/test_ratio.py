"""Ratios that were planted are found, and labels that tell nothing are not."""

import numpy as np
import polars as pl
import pytest

from object_persistence.assays.ratio import AttentionRatio, clip_ratios

ASSAY = AttentionRatio(permutations=199, resamples=199)


@pytest.fixture
def found(made_up, stored):
    def measured(ratio, change=lambda table: table, **kinds):
        made = made_up(**kinds)
        table = made.table()
        return ASSAY.measure(stored(change(table), made.attention(table, ratio)), {})

    return measured


def test_a_planted_ratio_is_found_with_its_null_at_one(found):
    ratio = found(3.0).estimate("attention_ratio", split="test/same", layer="layer2", clutter="counted")
    assert ratio.low < 3 < ratio.high
    assert ratio.value == pytest.approx(3, rel=0.05)
    assert ratio.null.p == pytest.approx(2 / 200)
    assert ratio.null.low < 1 < ratio.null.high
    assert ratio.n == 40


def test_shuffled_labels_have_no_ratio(found):
    def shuffled(table):
        target = pl.Series(np.random.default_rng(3).permutation(table["target"].to_numpy()))
        return table.with_columns(target=target)

    ratio = found(3.0, shuffled).estimate(
        "attention_ratio", split="test/same", layer="layer2", clutter="counted"
    )
    assert ratio.low < 1 < ratio.high
    assert ratio.null.p > 0.05


def test_even_attention_is_exactly_one_in_its_layer(found):
    measured = found(3.0)
    for clutter in ("counted", "left out"):
        cell = {"split": "test/same", "layer": "layer1", "clutter": clutter}
        assert measured.estimate("attention_ratio", **cell).value == 1
        assert measured.estimate("mean_clip_ratio", **cell).value == 1
        assert measured.estimate("clips_above", **cell).value == 0


def test_layers_and_rollout_are_told_one_by_one(found):
    assert [each.cell["layer"] for each in found(2.0).of("attention_ratio")][::2] == [
        "layer1",
        "layer2",
        "rollout",
    ]


def test_clips_without_a_class_are_left_out_counted_and_named(found):
    def without(table):
        lonely = pl.col("group").is_in(["clip-3", "clip-11"]) & (pl.col("target") == 0)
        empty = (pl.col("group") == "clip-7") & (pl.col("target") == 1)
        return table.with_columns(
            target=pl.when(lonely).then(1.0).when(empty).then(0.0).otherwise(pl.col("target"))
        )

    measured = found(2.0, without)
    ratio = measured.estimate("attention_ratio", split="test/same", layer="layer2", clutter="counted")
    assert ratio.n == 37
    assert "3 of 40 items have an empty group" in ratio.how
    assert measured.notes == (
        "test/same: 1 of 40 clips have nothing persistent and no ratio: clip-7",
        "test/same: 2 of 40 clips have nothing transient and no ratio: clip-11, clip-3",
    )


def test_clutter_is_left_out_of_the_others_where_asked(made_up, stored):
    """Clutter that takes attention away pulls the ratio down, but not the ratio without it."""
    made = made_up()
    table = made.table()
    attention = made.attention(table, 2.0, sd=0.05)
    attention["layer2/received"][table["clutter"].to_numpy()] *= 5
    measured = ASSAY.measure(stored(table, attention), {})
    with_it, without = (
        measured.estimate("attention_ratio", split="test/same", layer="layer2", clutter=each).value
        for each in ("counted", "left out")
    )
    assert with_it < 1.4
    assert without == pytest.approx(2, rel=0.02)


def test_attention_that_counts_sightings_is_one_at_equal_sightings(made_up, stored):
    made = made_up(clips=60)
    table = made.table()
    attention = made.attention(table, 1.0, sd=0.05)
    attention["layer2/received"] = table["seen"].to_numpy().astype(np.float16)
    measured = ASSAY.measure(stored(table, attention), {})
    whole = measured.estimate("attention_ratio", split="test/same", layer="layer2", clutter="counted")
    assert whole.value > 2
    for seen in (1, 2, 3):
        assert (
            measured.estimate("ratio_at_equal_sighting", split="test/same", layer="layer2", seen=seen).value
            == 1
        )


def test_ratios_of_clips_are_those_by_hand():
    mass = np.array([[2.0, 4.0, 1.0], [1.0, 1.0, 0.0], [5.0, 1.0, 2.0]])
    first = np.array([[True, True, False], [True, False, False], [True, True, False]])
    second = np.array([[False, False, True], [False, False, True], [False, False, True]])
    np.testing.assert_allclose(clip_ratios(mass, first, second), [3.0, 1.5])


def test_ratios_are_drawn(found):
    drawn = [each.name for each in ASSAY.draw({"arm": [found(2.0)]})]
    assert drawn == ["attention-ratio", "attention-ratio-at-equal-sightings"]


def test_a_run_without_attention_is_not_asked(made_up, stored):
    assert ASSAY.missing(stored(made_up().table())) == "it kept no attention"
