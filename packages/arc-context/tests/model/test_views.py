import numpy as np
import pytest
import torch
from hypothesis import given

from arc_context.model.canvas import PAD
from arc_context.model.views import (
    FALLS,
    STEPS,
    SYMMETRIES,
    VIEWS,
    explained,
    is_commonest,
    turned_views,
    views,
)
from arc_context.testing import grids

SIDE = 7


def padded(grid):
    whole = np.full((1, SIDE, SIDE), PAD, dtype=np.int64)
    whole[0, : grid.shape[0], : grid.shape[1]] = grid
    return torch.from_numpy(whole)


def seen(grid, target=None):
    return views(padded(grid), torch.tensor([target or grid.shape]))[0]


def inner(view, shape):
    return view[: shape[0], : shape[1]].numpy()


@given(grids())
def test_turned_views_are_the_symmetries_that_numpy_makes(grid):
    found = turned_views(padded(grid))[0]
    turned = [np.rot90(each, quarters) for each in (grid, grid.T) for quarters in range(4)]
    expected = {(each.shape, each.tobytes()) for each in turned}
    made = set()
    for number in range(SYMMETRIES):
        shape = grid.shape[::-1] if number & 4 else grid.shape
        view = inner(found[..., number], shape).astype(np.int8)
        assert (found[..., number] != PAD).sum() == grid.size
        made.add((view.shape, view.tobytes()))
    assert made == expected


@given(grids())
def test_moved_views_look_beside(grid):
    found = seen(grid)
    far = np.pad(grid, 2, constant_values=PAD)
    for number, (down, right) in enumerate(STEPS, start=SYMMETRIES):
        expected = far[2 + down :, 2 + right :][: grid.shape[0], : grid.shape[1]]
        assert np.array_equal(inner(found[..., number], grid.shape), expected)


def commonest(grid):
    return is_commonest(torch.from_numpy(grid.astype(np.int64))[None])[0].numpy()


@given(grids())
def test_fallen_views_are_columns_and_rows_whose_things_lie_at_one_side(grid):
    found, things = seen(grid), ~commonest(grid)
    for number, (axis, sense) in enumerate(FALLS, start=SYMMETRIES + len(STEPS)):
        lines = zip(
            *(
                np.moveaxis(each, axis - 1, 1)
                for each in (grid, things, inner(found[..., number], grid.shape))
            ),
            strict=True,
        )
        for line, heavy, lying in lines:
            parts = (line[~heavy], line[heavy])[::sense]
            assert np.array_equal(lying, np.concatenate(parts))


@given(grids())
def test_a_cropped_view_is_the_rectangle_around_what_is_not_commonest(grid):
    found, things = seen(grid)[..., -3].numpy(), ~commonest(grid)
    rows, columns = things.any(1).nonzero()[0], things.any(0).nonzero()[0]
    expected = np.full_like(found, PAD)
    if len(rows):
        part = grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        expected[: part.shape[0], : part.shape[1]] = part
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("times", [(2, 2), (3, 1), (1, 2)])
def test_resized_views_are_those_that_numpy_makes(times):
    grid = np.arange(6).reshape(2, 3) % 10
    target = (2 * times[0], 3 * times[1])
    stretched, repeated = seen(grid, target)[..., -2:].unbind(-1)
    assert np.array_equal(inner(stretched, target), grid.repeat(times[0], 0).repeat(times[1], 1))
    assert np.array_equal(inner(repeated, target), np.tile(grid, times))
    assert (stretched != PAD).sum() == (repeated != PAD).sum() == target[0] * target[1]


def test_what_explains_the_support_is_known():
    rng = np.random.default_rng(0)
    given_ = torch.from_numpy(rng.integers(0, 10, (1, 2, 4, 4)))
    outputs = given_.flip(-1)
    all_views = views(given_.flatten(0, 1), torch.tensor([[4, 4]] * 2)).unflatten(0, (1, 2))
    found = explained(all_views, outputs, torch.ones_like(outputs, dtype=torch.bool))[0]
    assert found[2] == 1
    assert found[[k for k in range(VIEWS) if k != 2]].max() < 0.01


def test_a_view_counts_by_the_chance_that_eight_cells_are_right():
    given_ = torch.zeros(1, 1, 2, 2, dtype=torch.long)
    outputs = torch.tensor([[[[0, 0], [0, 1]]]])
    all_views = views(given_[0], torch.tensor([[2, 2]]))[None]
    mask = torch.ones_like(outputs, dtype=torch.bool)
    assert explained(all_views, outputs, mask)[0, 0] == pytest.approx(0.75**8)
    mask[..., 1, 1] = False
    assert explained(all_views, outputs, mask)[0, 0] == 1
    assert (explained(all_views, outputs, mask & False) == 0).all()
