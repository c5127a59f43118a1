import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_hex

from analysis import AnalysisError, Estimate, Null, cell_intervals, compare, interval_plot, procrustes_panel
from analysis.figures.style import ARMS, FAINT, figure_bytes


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


def estimate(value: float, chance: float | None = 0.25, null: Null | None = None) -> Estimate:
    return Estimate(value, value - 0.1, value + 0.1, 5, chance, "", null)


NULL = Null(0.25, 0.2, 0.3, 0.01, 1000, "shuffled")
FOUND = {
    "mtmf": {"location": estimate(0.5, null=NULL), "identity": Estimate.not_estimable("too few trials")},
    "gated": {"location": estimate(0.6), "identity": estimate(0.4)},
}


def intervals(axes) -> set[tuple[float, float]]:
    solid = (line for line in axes.lines if line.get_linewidth() == 2)
    ends = (line.get_xdata() for line in solid)
    return {(round(low, 9), round(high, 9)) for low, high in ends}


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


def test_every_arm_has_its_colour_and_lane_and_what_is_not_estimable_says_why():
    figure = interval_plot(FOUND, label="accuracy")
    axes = figure.axes[0]
    assert intervals(axes) == {(0.4, 0.6), (0.5, 0.7), (0.3, 0.5)}
    points = {
        line.get_label(): line
        for line in axes.lines
        if line.get_marker() == "o" and line.get_label()[0] != "_"
    }
    assert {name: to_hex(line.get_color()) for name, line in points.items()} == {
        "mtmf": ARMS[0],
        "gated": ARMS[1].lower(),
    }
    assert float(points["mtmf"].get_ydata()[0]) < float(points["gated"].get_ydata()[0])
    assert "mtmf: not estimable: too few trials" in [text.get_text() for text in axes.texts]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["location", "identity"]


def test_the_null_is_a_grey_box_beside_its_own_estimate():
    (box,) = interval_plot(FOUND, label="accuracy").axes[0].patches
    assert (box.get_x(), box.get_x() + box.get_width()) == pytest.approx((NULL.low, NULL.high))
    assert to_hex(box.get_facecolor()) == FAINT
    assert box.get_y() < 0 < 0.5 + box.get_y() + box.get_height()  # the upper lane of the first row


def test_one_chance_level_is_a_line_and_several_are_ticks_in_their_rows():
    (line,) = [each for each in interval_plot(FOUND, label="").axes[0].lines if each.get_label() == "chance"]
    assert set(line.get_xdata()) == {0.25}
    other = {"mtmf": {"location": estimate(0.5), "identity": estimate(0.1, chance=0.01)}}
    axes = interval_plot(other, label="").axes[0]
    ticks = [each for each in axes.lines if each.get_label() == "chance of the row"]
    assert [(set(each.get_xdata()), float(np.mean(each.get_ydata()))) for each in ticks] == [
        ({0.25}, pytest.approx(0)),
        ({0.01}, pytest.approx(1)),
    ]


def test_what_stands_as_chance_may_have_another_name():
    axes = interval_plot(FOUND, label="", level="baseline").axes[0]
    assert "baseline" in [text.get_text() for text in axes.texts]


def test_the_parts_of_a_rotation_are_drawn_beneath_each_other_and_an_empty_one_is_left_out():
    figure = procrustes_panel(FOUND, {}, {"gated": {"Eq. 2": estimate(0.3), "Eq. 3": estimate(0.5)}})
    upper, lower = figure.axes
    assert "disparity" in upper.get_xlabel()
    assert "exchanged" in lower.get_xlabel()
    assert intervals(lower) == {(0.2, 0.4), (0.4, 0.6)}
    with pytest.raises(AnalysisError, match="got none"):
        procrustes_panel({}, {}, {})
    with pytest.raises(AnalysisError, match="got none"):
        interval_plot({"mtmf": {}}, label="accuracy")


def test_more_arms_than_colours_differ_by_their_marks():
    arms = {f"arm {number}": {"location": estimate(0.5)} for number in range(len(ARMS) + 1)}
    lines = {line.get_label(): line for line in interval_plot(arms, label="accuracy").axes[0].lines}
    first, again = lines["arm 0"], lines[f"arm {len(ARMS)}"]
    assert first.get_color() == again.get_color()
    assert first.get_marker() != again.get_marker()


def test_many_rows_are_drawn_closer_so_that_they_fit_the_page():
    few, many, most = (
        {arm: {f"cell {k}": estimate(0.5) for k in range(rows)} for arm in "abc"} for rows in (5, 20, 60)
    )
    heights = [interval_plot(found, label="").get_size_inches()[1] for found in (few, many, most)]
    assert heights[0] < heights[1] == 9.5 < heights[2]


def test_a_long_reason_is_shortened_so_that_the_plot_keeps_its_place():
    why = "only 3 of 96 classes of identity are in 5 or more of 960 sequences at every place of the sequence"
    found = {"arm": {"known": Estimate(0.6, 0.5, 0.7, 5), "not": Estimate.not_estimable(why)}}
    figure = interval_plot(found, label="accuracy")
    figure_bytes(figure, dpi=50)  # a warning of a collapsed axis would be an error
    told = [text.get_text() for text in figure.axes[0].texts if "estimable" in text.get_text()]
    assert told == ["arm: not estimable: only 3 of 96 classes of identity are in 5 or …"]
