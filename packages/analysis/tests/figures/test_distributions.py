import numpy as np
import pytest

from analysis import AnalysisError, step_histograms

RNG = np.random.default_rng(0)


def stairs(axes, label: str):
    return [patch for patch in axes.patches if patch.get_label() == label]


def test_every_step_has_its_row_on_one_axis_and_areas_are_shares_of_its_values():
    values = {1: RNG.normal(0, 1, 500), 2: RNG.normal(3, 1, 50)}
    axes = step_histograms(values, label="entropy").axes[0]
    heights = []
    for row, (patch, each) in enumerate(zip(stairs(axes, "measured"), values.values(), strict=True)):
        drawn = patch.get_data()
        counts = np.histogram(each, drawn.edges)[0] / each.size
        above = row - drawn.values
        np.testing.assert_allclose(above / above.sum(), counts)
        heights.append(above.max() / counts.max())
    assert heights[0] == pytest.approx(heights[1])  # one scale for all rows
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "2"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first step is above


def test_medians_and_counts_stand_at_their_rows_and_missing_values_are_told():
    values = {1: np.array([0.1, 0.2, np.nan, 0.6])}
    axes = step_histograms(values, label="entropy", chance=1.0, level="uniform").axes[0]
    assert any(set(line.get_xdata()) == {0.2} for line in axes.lines)
    assert "n = 3\n1 missing" in [text.get_text() for text in axes.texts]
    assert any(line.get_label() == "uniform" and set(line.get_xdata()) == {1.0} for line in axes.lines)


def test_a_control_is_drawn_over_the_same_bins():
    values, control = {1: RNG.random(100)}, {1: RNG.random(100) + 2}
    axes = step_histograms(values, label="entropy", control=control).axes[0]
    ours, theirs = stairs(axes, "measured")[0].get_data(), stairs(axes, "control")[0].get_data()
    np.testing.assert_array_equal(ours.edges, theirs.edges)
    assert ours.edges[-1] == pytest.approx(control[1].max())
    figure = step_histograms(values, label="entropy", control=control, names=("trained", "untrained"))
    told = {text.get_text() for text in figure.legends[0].get_texts()}
    assert told == {"trained", "untrained", "median"}


def test_a_step_without_values_is_refused():
    with pytest.raises(AnalysisError, match="2: expected at least one finite value, got none of 3"):
        step_histograms({1: np.ones(3), 2: np.full(3, np.nan)}, label="entropy")
