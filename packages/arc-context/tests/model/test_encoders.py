import math

import numpy as np
import pytest
import torch
from hypothesis import given
from torch.nn import functional as F

from arc_context import PAD, GridEncoder
from arc_context.model.canvas import SYMBOLS
from arc_context.model.encoders import WAVES, coordinates
from arc_context.model.views import is_commonest
from arc_context.testing import grids


def test_coordinates_are_those_of_the_formula():
    found = coordinates(torch.tensor([[3, 5]]), 4, 6)[0, 2, 1].tolist()
    distances = [2, 1, 3 - 1 - 2, 5 - 1 - 1]
    waves = [
        trigonometric(wave * distance)
        for distance in distances
        for trigonometric in (math.sin, math.cos)
        for wave in WAVES
    ]
    assert sorted(found[: len(waves)]) == pytest.approx(sorted(waves), abs=1e-5)
    assert found[len(waves) :] == pytest.approx([2 * 2 / 2 - 1, 2 * 1 / 4 - 1, 1 / 3, 1 / 5])


def test_a_side_of_one_cell_has_no_relative_place():
    found = coordinates(torch.tensor([[1, 1]]), 2, 2)
    assert found.isfinite().all()
    assert found[0, 0, 0, -4:].tolist() == [0, 0, 1, 1]


@given(grid=grids())
def test_the_commonest_colours_are_those_of_numpy(grid):
    padded = np.pad(grid.astype(np.int64), ((0, 2), (0, 1)), constant_values=PAD)
    counts = np.bincount(grid.flatten(), minlength=10)
    expected = np.zeros(padded.shape, bool)
    expected[: grid.shape[0], : grid.shape[1]] = (counts == counts.max())[grid]
    assert np.array_equal(is_commonest(torch.from_numpy(padded)[None])[0], expected)


@given(grid=grids(largest=5))
def test_a_grid_is_encoded_alike_on_any_padding(grid):
    torch.manual_seed(0)
    encoder = GridEncoder(16, background=True)
    alone = torch.from_numpy(grid.astype(np.int64))[None]
    padded = torch.nn.functional.pad(alone, (0, 3, 0, 2), value=PAD)
    height, width = grid.shape
    got = encoder(padded)
    torch.testing.assert_close(got[..., :height, :width], encoder(alone), rtol=1e-5, atol=1e-5)
    assert (got[..., height:, :] == 0).all()
    assert (got[..., width:] == 0).all()


def test_what_is_outside_a_grid_may_have_features_where_an_answer_may_have_cells():
    grid = torch.full((1, 4, 4), PAD)
    grid[:, :2, :2] = 3
    area = torch.zeros(1, 4, 4, dtype=torch.bool)
    area[:, :3, :3] = True
    found = GridEncoder(16)(grid, area)[0].abs().sum(0) > 0
    assert torch.equal(found, area[0])


def test_what_stands_at_a_cell_is_its_own_colour_unless_it_was_laid_otherwise():
    torch.manual_seed(0)
    encoder, grid = GridEncoder(16), torch.randint(0, 10, (1, 4, 4))
    own, other = (F.one_hot(each, SYMBOLS).float() for each in (grid, (grid + 1) % 10))
    torch.testing.assert_close(encoder(grid, standing=own), encoder(grid))
    assert (encoder(grid, standing=other) - encoder(grid)).abs().max() > 0.1
