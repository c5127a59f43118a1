import numpy as np
import pytest
from hypothesis import given

from arc_context import ArcError, grid_of
from arc_context.tasks.grid import check_grid
from arc_context.testing import grids


@given(grids(largest=30))
def test_a_grid_is_read_from_lists_and_arrays_alike(grid):
    for values in (grid.tolist(), grid.astype(np.int64)):
        found = grid_of(values, "a grid")
        assert found.dtype == np.int8
        assert np.array_equal(found, grid)


def test_what_is_read_is_not_what_was_given():
    values = np.zeros((2, 2), np.int8)
    grid_of(values, "a grid")[0, 0] = 1
    assert values.sum() == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((2, 2), np.int64), "a grid: expected an array of int8, got int64"),
        (np.zeros((2, 2, 2), np.int8), "a grid, row 0, column 0: .* got"),
        (np.zeros(2, np.int8), "a grid: expected a list of rows of colours, got"),
        (np.full((2, 2), -1, np.int8), "a grid, row 0, column 0: .* got -1"),
    ],
)
def test_an_array_that_is_no_grid_is_refused(values, said):
    with pytest.raises(ArcError, match=said):
        check_grid(values, "a grid")
