import itertools

import numpy as np
import pytest

from analysis import AnalysisError, conditions_side_by_side, gate_heat_map, heat_map
from analysis.figures.style import DIVERGING

RNG = np.random.default_rng(0)
VALUES = RNG.random((3, 5))


def ticks(axis) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]


@pytest.mark.parametrize("colours", ["viridis", "plasma", "inferno"])
def test_a_heat_map_draws_the_matrix_with_its_names(colours):
    figure = heat_map(VALUES, label="gate", rows=list("abc"), x="channel", y="task", colours=colours)
    axes, bar = figure.axes
    np.testing.assert_array_equal(axes.images[0].get_array(), VALUES)
    assert axes.images[0].get_cmap().name == colours
    assert ticks(axes.yaxis) == list("abc")
    assert (axes.get_xlabel(), axes.get_ylabel(), bar.get_ylabel()) == ("channel", "task", "gate")


def test_a_level_is_marked_on_the_scale_and_named():
    bar = heat_map(VALUES, label="gate", against={"untrained": 0.5}).axes[1]
    assert bar.get_ylabel() == "gate; line: untrained 0.5"
    assert any(set(line.get_ydata()) == {0.5} for line in bar.lines)


def test_colours_part_at_a_centre_and_points_mark_what_is_significant():
    significant = VALUES > 0.9
    axes = heat_map(VALUES, label="ratio", centre=0.5, significant=significant).axes[0]
    image, (points,) = axes.images[0], axes.collections
    assert image.get_cmap().name == DIVERGING
    assert sum(image.get_clim()) == pytest.approx(1.0)
    assert image.get_clim()[0] <= VALUES.min()
    assert {(int(y), int(x)) for x, y in points.get_offsets()} == set(
        map(tuple, np.argwhere(significant).tolist())
    )
    with pytest.raises(AnalysisError, match=r"significance for each of \(3, 5\) cells"):
        heat_map(VALUES, label="ratio", significant=significant.T)


def test_forty_named_rows_are_all_named():
    names = [f"pathway {k}" for k in range(40)]
    axes = heat_map(RNG.random((40, 3)), label="ratio", rows=names).axes[0]
    assert ticks(axes.yaxis) == names


def test_a_matrix_larger_than_the_page_is_averaged_says_so_and_keeps_its_own_places():
    figure = heat_map(RNG.random((4, 2500)), label="attention")
    drawn = figure.axes[0].images[0]
    assert drawn.get_array().shape == (4, 834)
    assert figure.axes[1].get_ylabel() == "attention, mean of 1 × 3"
    assert tuple(drawn.get_extent()) == (-0.5, 2499.5, 3.5, -0.5)


def test_of_more_names_than_there_is_room_for_some_are_written_and_the_label_says_so():
    names = [f"channel {k}" for k in range(90)]
    axes = heat_map(RNG.random((2, 90)), label="gate", columns=names, x="channel").axes[0]
    written = ticks(axes.xaxis)
    every = round(90 / len(written))
    assert 1 < every < 10
    assert written == names[::every]
    assert axes.get_xlabel() == f"channel (1 of {every} is named)"


def test_names_that_do_not_fit_the_matrix_are_refused():
    with pytest.raises(AnalysisError, match=r"one name per row \(3\), got 2"):
        heat_map(VALUES, label="gate", rows=["a", "b"])
    with pytest.raises(AnalysisError, match=r"one name per column \(5\), got 2"):
        heat_map(VALUES, label="gate", columns=["a", "b"])


def test_channels_stand_from_the_most_closed_to_the_most_open():
    gates = np.array([[0.9, 0.1, 0.4], [0.7, 0.3, 0.6]])
    axes = gate_heat_map(gates, ["location-1back", "identity-1back"]).axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), gates[:, [1, 2, 0]])
    with pytest.raises(AnalysisError, match=r"gates within \[0, 1\]"):
        gate_heat_map(gates + 1, ["a", "b"])


def test_conditions_share_a_scale_and_differences_are_centred_at_zero():
    maps = {name: RNG.random((4, 4)) for name in ("location", "identity", "untrained")}
    figure = conditions_side_by_side(maps)
    shown = [axes.images[0] for axes in figure.axes if axes.images]
    conditions, differences = shown[:3], shown[3:]
    values = np.array(list(maps.values()))
    assert {image.get_clim() for image in conditions} == {(values.min(), values.max())}
    for image, name in zip(differences, ("identity", "untrained"), strict=True):
        np.testing.assert_allclose(image.get_array(), maps[name] - maps["location"])
        assert image.get_cmap().name == DIVERGING
    most = np.abs(values[1:] - values[0]).max()
    assert {image.get_clim() for image in differences} == {(-most, most)}


def test_two_conditions_of_many_rows_are_named_at_the_left_and_no_label_lies_over_another():
    names = [f"subsystem number {k}" for k in range(12)]
    columns = [str(k) for k in range(1, 13)]
    maps = {name: RNG.random((12, 12)) for name in ("glucose", "acetate")}
    figure = conditions_side_by_side(maps, rows=names, columns=columns, x="is attended")
    figure.draw_without_rendering()
    shown = [axes for axes in figure.axes if axes.images and axes.get_visible()]
    named = [axes.yaxis.get_tick_params()["labelleft"] for axes in shown]
    assert named == [True, False, True]
    assert ticks(shown[0].yaxis) == names
    boxes = [axes.xaxis.label.get_window_extent() for axes in shown]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_a_cell_that_is_no_number_is_left_out_of_the_scale():
    hole = np.array([[np.nan, 0.2], [0.4, 0.6]])
    figure = conditions_side_by_side({"a": hole, "b": np.zeros((2, 2))})
    assert figure.axes[0].images[0].get_clim() == (0.0, 0.6)


@pytest.mark.parametrize(
    ("maps", "why"),
    [
        ({"a": VALUES}, "two to five conditions, got 1"),
        (dict.fromkeys("abcdef", VALUES), "two to five conditions, got 6"),
        ({"a": VALUES, "b": VALUES.T}, "same tokens"),
    ],
)
def test_what_cannot_be_held_side_by_side_is_refused(maps, why):
    with pytest.raises(AnalysisError, match=why):
        conditions_side_by_side(maps)
