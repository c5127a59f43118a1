import numpy as np
import pytest


@pytest.mark.parametrize(
    ("name", "form", "given", "expected"),
    [
        ("count", "row", "1.2 .11 2..", "111"),
        ("count", "column", "1.2 ..1 2..", "1 1"),
        ("count", "row", "..2 2..", None),
        ("commonest", "most", "1.2 112 3..", "1"),
        ("commonest", "fewest", "1.2 112 3..", "3"),
        ("commonest", "most", "1.2 ...", None),
        ("commonest", "fewest", "... ...", None),
    ],
)
def test_what_is_counted_is_the_answer(makes, name, form, given, expected):
    assert makes(name, form, given) == expected


def test_a_bar_is_as_long_as_there_are_cells_of_its_colour(tasks):
    for task in tasks("count", count=20):
        for pair in (*task.train, *task.test):
            (colour,) = np.unique(pair.output)
            assert pair.output.size == (pair.input == colour).sum()
            assert 1 in pair.output.shape
