import numpy as np
import pytest

from analysis import AnalysisError, time_generalisation
from analysis.figures.times import borders

ACCURACY = np.array([[0.9, 0.3, 0.25], [0.2, 0.8, 0.3], [0.25, 0.2, 0.7]])


def shown(figure):
    return [axes for axes in figure.axes if axes.images]


def test_rows_are_trained_and_columns_tested_and_white_is_chance():
    axes = shown(time_generalisation({"rnn": ACCURACY}, chance=0.25))[0]
    image = axes.images[0]
    np.testing.assert_array_equal(image.get_array(), ACCURACY)
    assert sum(image.get_clim()) / 2 == pytest.approx(0.25)
    assert image.get_clim()[1] == pytest.approx(0.9)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("tested at frame", "trained at frame")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "3"]


def test_panels_share_the_scale_and_chance_is_marked_on_it():
    figure = time_generalisation({"cnn": ACCURACY / 2, "rnn": ACCURACY}, chance=0.25)
    assert len({axes.images[0].get_clim() for axes in shown(figure)}) == 1
    bar = figure.axes[-1]
    assert bar.get_ylabel() == "balanced accuracy; line: chance 0.25"
    assert any(set(line.get_ydata()) == {0.25} for line in bar.lines)


def test_a_border_runs_around_every_region_and_its_holes():
    mask = np.zeros((5, 5), dtype=bool)
    mask[1:4, 1:4] = True
    assert len(borders(mask)) == 12
    mask[2, 2] = False
    assert len(borders(mask)) == 16
    (top,) = [edge for edge in borders(np.array([[True]])) if edge[0][1] == edge[1][1] == -0.5]
    assert sorted(x for x, _ in top) == [-0.5, 0.5]


def test_the_contour_lies_at_the_significant_cells():
    mask = np.zeros((3, 3), dtype=bool)
    mask[0, 2] = True  # trained at the first time, tested at the last
    figure = time_generalisation({"rnn": ACCURACY}, chance=0.25, significant={"rnn": mask})
    (contour,) = [each for each in shown(figure)[0].collections if each.get_label() == "significant"]
    ends = np.concatenate(contour.get_segments())
    assert (ends[:, 0].min(), ends[:, 0].max()) == (1.5, 2.5)
    assert (ends[:, 1].min(), ends[:, 1].max()) == (-0.5, 0.5)


def test_a_pair_that_was_not_asked_for_is_no_number():
    values = ACCURACY.copy()
    values[2, 0] = np.nan
    axes = shown(time_generalisation({"rnn": values}, chance=0.25, names=["a", "b", "c"]))[0]
    assert np.ma.getmaskarray(np.ma.masked_invalid(axes.images[0].get_array()))[2, 0]
    assert [text.get_text() for text in axes.texts].count(".25") == 1
    assert len(axes.texts) == 8


@pytest.mark.parametrize(
    ("accuracy", "why"),
    [
        ({}, "same times, got none"),
        ({"rnn": ACCURACY[:2]}, "square"),
        ({"rnn": ACCURACY, "cnn": ACCURACY[:2, :2]}, "same times"),
        ({"rnn": np.full((2, 2), np.nan)}, "finite accuracy"),
    ],
)
def test_what_is_no_such_matrix_is_refused(accuracy, why):
    with pytest.raises(AnalysisError, match=why):
        time_generalisation(accuracy, chance=0.25)
