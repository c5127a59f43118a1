import numpy as np
import pytest
from scipy.ndimage import binary_fill_holes, find_objects, label


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("fill_background", ".2. 33.", "121 331"),
        ("fill_enclosed", "333.. 3.3.2 333..", "333.. 313.2 333.."),
        ("fill_enclosed", "3.3.. 3.3.. 333..", "3.3.. 3.3.. 333.."),
        ("fill_enclosed", ".3. 3.3 .3.", ".3. 313 .3."),
    ],
)
def test_background_takes_a_colour(makes, name, given, expected):
    assert makes(name, "", given) == expected


def test_holes_are_those_that_scipy_fills(tasks, families):
    for task in tasks("fill_enclosed", count=20):
        background = families["fill_enclosed"].fitting(task)[0].background
        for pair in (*task.train, *task.test):
            objects = pair.input != background
            assert np.array_equal(pair.input != pair.output, binary_fill_holes(objects) & ~objects)


def test_some_inputs_hold_an_outline_with_a_gap(tasks, families):
    """Else whatever stands inside a rectangle would do."""
    gaps = 0
    for task in tasks("fill_enclosed", count=20, sides=(8, 10)):
        background = families["fill_enclosed"].fitting(task)[0].background
        for pair in task.train:
            filled = pair.output != background
            gaps += int(not is_rectangles(filled))
    assert gaps > 5


def is_rectangles(cells):
    """Whether every object fills the rectangle around it."""
    objects, _ = label(cells, np.ones((3, 3)))
    return all((objects[box] > 0).all() for box in find_objects(objects))
