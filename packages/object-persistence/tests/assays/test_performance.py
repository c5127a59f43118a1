"""Figures of made-up runs, against scikit-learn."""

import polars as pl
import pytest
from sklearn.metrics import balanced_accuracy_score, recall_score, roc_auc_score

from object_persistence.assays.calibration import Calibration
from object_persistence.assays.performance import Performance

ASSAY = Performance(resamples=99)


@pytest.fixture(scope="module")
def table(made_up):
    validation = made_up(seed=1).table("validation/same")
    return pl.concat([validation, made_up(seed=2).table(), made_up(seed=3).table("test/fast", 0.5)])


@pytest.fixture(scope="module")
def run(table, stored):
    return stored(table)


@pytest.fixture(scope="module")
def found(run):
    return ASSAY.measure(run, {})


@pytest.mark.parametrize("clutter", ["counted", "left out"])
def test_figures_are_scikit_learns_with_clutter_and_without(found, table, clutter):
    part = table.filter(pl.col("split") == "test/fast")
    part = part.filter(~pl.col("clutter")) if clutter == "left out" else part
    truth, said = part["target"].to_numpy() == 1, part["prediction"].to_numpy() == 1
    expected = {
        "auroc": roc_auc_score(truth, part["score"]),
        "balanced_accuracy": balanced_accuracy_score(truth, said),
        "persistent_accuracy": recall_score(truth, said),
        "transient_accuracy": recall_score(~truth, ~said),
        "majority": max(truth.mean(), 1 - truth.mean()),
        "accuracy": (truth == said).mean(),
    }
    for name, value in expected.items():
        estimate = found.estimate(name, split="test/fast", clutter=clutter)
        assert estimate.value == pytest.approx(value)
        assert estimate.n == 40
        assert name == "majority" or estimate.low < value < estimate.high


def test_each_kind_is_told_by_itself(found, table):
    part = table.filter(pl.col("split") == "test/same", pl.col("kind") == "blinker")
    expected = (part["prediction"] == part["target"]).mean()
    assert found.estimate("accuracy_by_kind", split="test/same", kind="blinker").value == pytest.approx(
        expected
    )


def test_validation_is_not_told(found):
    assert {each.cell["split"] for each in found.figures} == {"test/same", "test/fast"}


def test_figures_are_drawn_and_do_not_mix_what_is_with_and_without_clutter(found):
    drawn = {each.name: each for each in ASSAY.draw({"majority": [found], "tracks": [found]})}
    assert list(drawn) == ["performance-above_majority", "performance-auroc", "performance-accuracy_by_kind"]
    shown = [
        line.get_xdata()[0]
        for line in drawn["performance-auroc"].figure.axes[0].lines
        if line.get_marker() == "o"
    ]
    counted = found.estimate("auroc", split="test/same", clutter="counted").value
    assert any(value == pytest.approx(counted, abs=1e-9) for value in shown)


def test_reliability_is_the_share_by_bin_and_few_are_counted(run, table):
    found = Calibration(resamples=99).measure(run, {})
    part = table.filter(pl.col("split") == "test/same", pl.col("score") >= 0.8, pl.col("score") < 0.9)
    share = found.estimate("share_persistent", split="test/same", bin=0.85)
    assert share.value == pytest.approx(part["target"].mean())
    assert [each.name for each in Calibration().draw({"arm": [found]})] == ["reliability"]


def test_bins_of_few_detections_are_left_out_and_counted(made_up, stored):
    table = made_up(clips=4).table(separates=2.0)
    found = Calibration(resamples=99).measure(stored(table), {})
    few = sum(
        n
        for n in table.with_columns(b=(pl.col("score") * 10).floor().clip(0, 9)).group_by("b").len()["len"]
        if n < 30
    )
    assert few > 0
    assert found.notes == (f"{few} detections lie in bins of fewer than 30, of which no share is told",)
