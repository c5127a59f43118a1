import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from arc_context import View
from arc_context.model.canvas import PAD
from arc_context.model.rays import rays
from arc_context.model.views import AROUND
from arc_context.testing import grids


def seen(grid):
    return rays(torch.from_numpy(grid.astype(np.int64))[None])[0]


def walked(grid, row, column, step):
    """What is met, one cell after another."""
    own = grid[row, column]
    while True:
        row, column = row + step[0], column + step[1]
        if not (0 <= row < grid.shape[0] and 0 <= column < grid.shape[1]):
            return PAD
        if grid[row, column] != own:
            return grid[row, column]


@given(grids())
def test_a_cell_sees_what_a_walk_meets(grid):
    found = seen(grid)
    for row, column in np.ndindex(grid.shape):
        assert found[row, column].tolist() == [walked(grid, row, column, step) for step in AROUND]


def test_thirty_cells_are_seen_across():
    grid = np.zeros((1, 30), dtype=np.int64)
    grid[0, -1] = 4
    assert (seen(grid)[0, :-1, AROUND.index((0, 1))] == 4).all()


@given(grids(), st.integers(1, 3))
def test_beyond_a_grid_nothing_is_seen(grid, more):
    padded = np.pad(grid, ((0, more), (0, more)), constant_values=PAD)
    assert torch.equal(seen(padded)[: grid.shape[0], : grid.shape[1]], seen(grid))


@given(grids(), st.permutations(range(10)))
def test_no_colour_is_special(grid, colours):
    view = View(0, tuple(colours))
    table = torch.tensor([*colours, PAD])
    assert torch.equal(seen(view.apply(grid)), table[seen(grid)])
