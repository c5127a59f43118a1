import numpy as np
from hypothesis import given

from arc_context.augmentation import View
from arc_context.baselines.grids import SYMMETRIES, background, by_count, cut, objects, rarest
from arc_context.testing import grids


def test_the_symmetries_have_the_names_they_are_called_by():
    grid = np.array([[1, 2, 3], [4, 5, 6]], np.int8)
    expected = {
        "as it is": [[1, 2, 3], [4, 5, 6]],
        "turned by 180°": [[6, 5, 4], [3, 2, 1]],
        "mirrored left and right": [[3, 2, 1], [6, 5, 4]],
        "mirrored up and down": [[4, 5, 6], [1, 2, 3]],
        "transposed": [[1, 4], [2, 5], [3, 6]],
        "transposed about the other diagonal": [[6, 3], [5, 2], [4, 1]],
        "turned by 90°": [[3, 6], [2, 5], [1, 4]],
        "turned by 270°": [[4, 1], [5, 2], [6, 3]],
    }
    assert {name: turn(grid).tolist() for name, turn in SYMMETRIES.items()} == expected


def test_a_colour_that_is_as_common_as_another_has_no_rank():
    grid = np.array([[1, 1, 1, 2, 2, 3, 3, 4]], np.int8)
    assert by_count(grid) == [1, 4]
    assert (background(grid), rarest(grid)) == (1, 4)
    assert background(np.array([[1, 2]], np.int8)) is None
    assert rarest(np.array([[1, 1, 2, 3]], np.int8)) is None
    assert rarest(np.array([[1, 1]], np.int8)) is None


@given(grids())
def test_objects_are_all_that_is_not_background_and_each_cell_is_of_one(grid):
    ground = background(grid)
    for one_colour in (False, True):
        cells = sum(int(mask.sum()) for _, mask in objects(grid, one_colour))
        assert cells == (0 if ground is None else int((grid != ground).sum()))


def test_objects_touch_by_corners_and_have_one_colour_where_that_is_asked():
    grid = np.array([[0, 0, 0, 0, 3], [1, 0, 0, 0, 0], [0, 2, 0, 0, 0], [0, 0, 0, 0, 0]], np.int8)
    joined = sorted(piece.tolist() for piece, _ in objects(grid, one_colour=False))
    assert joined == [[[1, 0], [0, 2]], [[3]]]
    assert sorted(piece.tolist() for piece, _ in objects(grid, one_colour=True)) == [[[1]], [[2]], [[3]]]


def test_an_object_knows_its_own_cells_among_those_of_others_in_its_box():
    ring = np.zeros((7, 7), np.int8)
    ring[1:6, 1:6] = 4
    ring[2:5, 2:5] = 0
    ring[3, 3] = 4
    assert sorted(int(mask.sum()) for _, mask in objects(ring, one_colour=False)) == [1, 16]


@given(grids())
def test_a_cut_is_the_smallest_that_holds_every_cell(grid):
    piece = cut(grid, grid == grid[0, 0])
    same = piece == grid[0, 0]
    assert same.sum() == (grid == grid[0, 0]).sum()
    assert all(edge.any() for edge in (same[0], same[-1], same[:, 0], same[:, -1]))
    assert cut(grid, grid == 10) is None


@given(grids())
def test_views_of_b_and_names_are_the_same_eight(grid):
    by_view = {View(symmetry).turned(grid).tobytes() for symmetry in range(8)}
    assert {turn(grid).tobytes() for turn in SYMMETRIES.values()} == by_view
