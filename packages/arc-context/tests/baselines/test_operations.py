from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_context.augmentation import View
from arc_context.baselines.operations import OPERATIONS, fallen, in_background, in_itself, without_repeats
from arc_context.testing import grids


def bag(results):
    """Grids with how often each is there; None counts as well."""
    return Counter(None if each is None else (each.shape, each.tobytes()) for each in results)


@given(grids(5), st.integers(0, 7), st.permutations(range(10)))
def test_the_operations_of_a_view_are_the_views_of_the_operations(grid, symmetry, colours):
    view = View(symmetry, tuple(colours))
    seen = [operation(np.ascontiguousarray(view.apply(grid))) for operation in OPERATIONS.values()]
    made = [operation(grid) for operation in OPERATIONS.values()]
    assert bag(seen) == bag(None if each is None else view.apply(each) for each in made)


@given(grids(6))
def test_no_operation_makes_a_grid_that_is_too_large_or_writes_into_its_own(grid):
    before = grid.copy()
    for operation in OPERATIONS.values():
        made = operation(grid)
        assert made is None or (max(made.shape) <= 30 and made.dtype == np.int8)
    assert (grid == before).all()


def test_cells_fall_in_their_order():
    grid = np.array([[1, 0, 0], [2, 0, 0], [0, 3, 0], [0, 0, 0]], np.int8)
    down = [[0, 0, 0], [0, 0, 0], [1, 0, 0], [2, 3, 0]]
    found = [operation(grid).tolist() for operation in map(fallen, range(4))]
    assert down in found
    assert [[1, 0, 0], [2, 0, 0], [3, 0, 0], [0, 0, 0]] in found
    assert len(found) == len({str(each) for each in found}) == 4


def test_a_grid_in_itself_and_in_its_background():
    grid = np.array([[0, 5], [0, 0]], np.int8)
    assert in_itself(grid).tolist() == [[0, 0, 0, 5], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert in_background(grid).tolist() == [[0, 5, 0, 0], [0, 0, 0, 0], [0, 5, 0, 5], [0, 0, 0, 0]]


def test_rows_and_columns_that_repeat_are_left_out():
    grid = np.array([[1, 1, 2, 1], [1, 1, 2, 1], [3, 3, 3, 3]], np.int8)
    assert without_repeats(grid).tolist() == [[1, 2, 1], [3, 3, 3]]


SCENE = np.zeros((8, 9), np.int8)
SCENE[1:3, 1:4] = 2
SCENE[5, 1] = SCENE[6, 1] = SCENE[6, 2] = 3
SCENE[1, 6] = 2
SCENE[5:7, 5:8] = 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rarest colour", [[3, 0], [3, 3]]),
        ("largest object", None),
        ("smallest object", [[2]]),
        ("odd object", None),
        ("foreground", SCENE[1:7, 1:8].tolist()),
        ("commonest colour", SCENE.tolist()),
        ("second commonest colour", SCENE[1:3, 1:7].tolist()),
        ("third commonest colour", [[4, 4, 4], [4, 4, 4]]),
    ],
)
def test_what_is_cut_out_of_a_scene(name, expected):
    piece = OPERATIONS[f"{name}, as it is"](SCENE)
    assert (None if piece is None else piece.tolist()) == expected


def test_the_odd_object_is_the_one_whose_shape_is_like_no_other():
    alone = SCENE.copy()
    alone[1, 6] = 0
    assert OPERATIONS["odd object, as it is"](alone).tolist() == [[3, 0], [3, 3]]
