import numpy as np
import pytest
import torch
from hypothesis import given

from arc_context import PAD, LatentCountingRegisters
from arc_context.model.registers import register_counts
from arc_context.testing import grids


@given(grid=grids())
def test_counts_are_those_of_numpy(grid):
    padded = np.pad(grid.astype(np.int64), ((0, 2), (0, 1)), constant_values=PAD)
    counts = register_counts(torch.from_numpy(padded)[None])
    assert counts[0, 0].tolist() == np.bincount(grid.flatten(), minlength=10).tolist()


def test_weights_count_the_cells_that_they_lie_on():
    grid = torch.tensor([[[1, 1], [2, PAD]]])
    weights = torch.tensor([[[0.5, 0.25, 0.25, 0.0]]])
    assert register_counts(grid, weights)[0, 0, :3].tolist() == pytest.approx([0, 2.25, 0.75])


def test_what_is_counted_goes_with_the_colour():
    """Two colours that change places change places in what cells hear, with their vectors in the table."""
    registers = LatentCountingRegisters(torch.nn.Embedding(11, 16))
    grid = torch.tensor([[[3, 3, 5], [3, 5, 0]]])
    swapped = torch.where(grid == 3, 5, torch.where(grid == 5, 3, grid))
    before = registers(grid)
    with torch.no_grad():
        registers.colours.weight[[3, 5]] = registers.colours.weight[[5, 3]].clone()
    after = registers(swapped)
    torch.testing.assert_close(after.registers, before.registers)
    torch.testing.assert_close(after.cells, before.cells)


def test_there_is_a_register_for_each_anchor():
    registers = LatentCountingRegisters(torch.nn.Embedding(11, 16))
    weights = torch.rand(2, 3, 6).softmax(-1)
    counted = registers(torch.randint(0, 10, (2, 2, 3)), weights)
    assert counted.registers.shape == (2, 3, 16)
    assert counted.cells.shape == (2, 16, 2, 3)
