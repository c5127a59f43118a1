import numpy as np
import polars as pl
import pytest

from analysis import (
    AnalysisError,
    mean_estimate,
    performance_profile,
    performance_profile_figure,
    training_and_validation,
    training_curves,
)

STEPS = [0, 100, 200]


def seed_table(offset: float) -> pl.DataFrame:
    train = pl.DataFrame({"step": STEPS, "loss": [3.0, 2.0, 1.0]})
    validation = pl.DataFrame({"step": STEPS, "accuracy": [0.5 + offset, 0.7 + offset, 0.9 + offset]})
    return pl.concat([train, validation], how="diagonal")


@pytest.fixture
def curves():
    return {"baseline": [seed_table(0.0)], "gated": [seed_table(0.0), seed_table(0.02), seed_table(0.07)]}


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


def test_loss_and_validation_stand_side_by_side_and_arms_are_named_once(curves):
    figure = training_and_validation(curves, metric="accuracy", loss="loss", chance=0.5)
    left, right = figure.axes
    np.testing.assert_allclose(named(left, "gated (n = 3)").get_ydata(), [3.0, 2.0, 1.0])
    np.testing.assert_allclose(named(right, "gated (n = 3)").get_ydata(), np.array([0.5, 0.7, 0.9]) + 0.03)
    assert [line.get_label() for line in left.lines] == ["baseline (n = 1)", "gated (n = 3)"]
    assert named(right, "chance") is right.lines[-1]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "baseline (n = 1)",
        "gated (n = 3)",
    ]
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "validation accuracy")


def test_a_band_ends_where_the_metric_does(curves):
    drawn = [
        training_and_validation(curves, metric="accuracy", loss="loss", **more).axes[1].collections[1]
        for more in ({}, {"bounds": (0.0, 1.0)})
    ]
    free, cut = (each.get_paths()[0].vertices[:, 1].max() for each in drawn)
    assert free > 1
    assert cut == 1


def test_training_curves_end_where_the_metric_does_and_a_single_value_is_a_level(curves):
    fitted = [curves["baseline"][0].filter(pl.col("step") == STEPS[0])]
    axes = training_curves(curves | {"fitted": fitted}, metric="accuracy", bounds=(0.0, 1.0)).axes[0]
    assert axes.collections[1].get_paths()[0].vertices[:, 1].max() == 1
    assert len(set(named(axes, "fitted (n = 1)").get_ydata())) == 1
    assert len(named(axes, "fitted (n = 1)").get_xdata()) == 2


def test_a_profile_falls_from_all_scores_to_none(curves):
    scores = np.array([[0.5, 0.9], [0.6, 0.9], [0.7, 0.8], [0.6, 0.8], [0.7, 0.9]])
    profile = performance_profile(scores, [0.4, 0.65, 0.85, 0.95])
    axes = performance_profile_figure({"gated": profile}, chance=0.5).axes[0]
    np.testing.assert_allclose(named(axes, "gated (n = 5)").get_ydata(), [1.0, 0.7, 0.3, 0.0])
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(np.nanmin(profile.low))
    assert band[:, 1].max() == pytest.approx(np.nanmax(profile.high))
    assert set(named(axes, "chance").get_xdata()) == {0.5}


def test_more_arms_than_colours_differ_by_their_dashes(curves):
    many = {f"arm {number}": curves["baseline"] for number in range(8)}
    axes = training_curves(many, metric="accuracy").axes[0]
    looks = [(line.get_color(), str(line._dash_pattern)) for line in axes.lines]
    assert len(set(looks)) == 8
    assert len({colour for colour, _ in looks}) == 7
