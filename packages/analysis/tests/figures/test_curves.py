import numpy as np
import polars as pl
import pytest
from matplotlib import rcParams
from matplotlib.image import imread

from analysis import AnalysisError, cell_intervals, compare, mean_estimate, save_figure, training_curves

STEPS = [0, 100, 200]


def seed_table(offset: float) -> pl.DataFrame:
    train = pl.DataFrame({"step": STEPS, "loss": [3.0, 2.0, 1.0]})
    validation = pl.DataFrame({"step": STEPS, "accuracy": [0.5 + offset, 0.7 + offset, 0.9 + offset]})
    return pl.concat([train, validation], how="diagonal")


@pytest.fixture
def curves():
    return {"baseline": [seed_table(0.0)], "gated": [seed_table(0.0), seed_table(0.02), seed_table(0.07)]}


@pytest.fixture
def comparison():
    rows = [
        (arm, seed, n, value + 0.01 * seed)
        for n in (1, 2)
        for arm, value in (("baseline", 0.6), ("gated", 0.6 + 0.1 * n))
        for seed in range(3)
        if (arm, n) != ("baseline", 2)
    ]
    values = pl.DataFrame(rows, schema=["arm", "seed", "n", "value"], orient="row")
    return compare(values, ["n"], "baseline", chance=0.5, metric="masked_accuracy")


def named(axes, label: str):
    return next(line for line in axes.lines if line.get_label() == label)


def test_a_curve_is_the_mean_over_seeds(curves):
    axes = training_curves(curves, metric="accuracy").axes[0]
    line = named(axes, "gated (n = 3)")
    np.testing.assert_allclose(line.get_xdata(), STEPS)
    np.testing.assert_allclose(line.get_ydata(), np.array([0.5, 0.7, 0.9]) + 0.03)


def test_the_band_is_the_interval_over_seeds_and_one_seed_has_none(curves):
    alone, several = training_curves(curves, metric="accuracy").axes[0].collections
    expected = mean_estimate([0.5, 0.52, 0.57])
    heights = several.get_paths()[0].vertices
    found = heights[heights[:, 0] == 0, 1]
    assert (found.min(), found.max()) == pytest.approx((expected.low, expected.high))
    assert sum(len(path.vertices) for path in alone.get_paths()) == 0


def test_chance_is_drawn_where_there_is_one(curves):
    axes = training_curves(curves, metric="accuracy", chance=0.5).axes[0]
    assert set(named(axes, "chance").get_ydata()) == {0.5}
    labels = [line.get_label() for line in training_curves(curves, metric="loss").axes[0].lines]
    assert "chance" not in labels


def test_a_metric_nobody_recorded_is_an_error(curves):
    with pytest.raises(AnalysisError, match="no run of baseline has f1 by step"):
        training_curves(curves, metric="f1")


def test_every_interval_of_a_comparison_is_drawn(comparison):
    lines = cell_intervals(comparison).axes[0].lines
    drawn = {tuple(np.round(line.get_xdata(), 9)) for line in lines if len(line.get_xdata()) == 2}
    estimates = [result.estimate for result in comparison.results if result.estimate]
    assert {(round(found.low, 9), round(found.high, 9)) for found in estimates} <= drawn
    points = [float(line.get_xdata()[0]) for line in lines if len(line.get_xdata()) == 1]
    assert sorted(points) == pytest.approx(sorted(found.value for found in estimates))


def test_verdicts_and_what_was_not_measured_are_written(comparison):
    axes = cell_intervals(comparison).axes[0]
    words = [text.get_text() for text in axes.texts]
    assert words.count("better") + words.count("no detectable difference") == 1
    assert words.count("not comparable") == 2
    assert "baseline: not measured" in words
    assert [label.get_text() for label in axes.get_yticklabels()] == ["overall", "n=1", "n=2"]


def test_a_saved_figure_has_300_dots_per_inch_and_leaves_the_settings_alone(curves, tmp_path):
    before = dict(rcParams)
    save_figure(tmp_path / "curves.png", training_curves(curves, metric="accuracy"))
    assert imread(tmp_path / "curves.png").shape[1] == pytest.approx(7.2 * 300, rel=0.05)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["curves.png", "curves.svg"]
    assert dict(rcParams) == before
