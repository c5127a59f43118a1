import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from arc_context import View
from arc_context.model.canvas import PAD
from arc_context.model.components import components
from arc_context.model.cues import AROUND, BINS, CUES, cues
from arc_context.testing import grids

COUNTED = 2 * len(AROUND)
OBJECTS = COUNTED + len(BINS) + 2
TOUCHES, ALL_OF_COLOUR, LARGEST, SMALLEST = range(OBJECTS + len(BINS), CUES)


def told(grid):
    return cues(torch.from_numpy(grid.astype(np.int64))[None])[0]


@given(grids())
def test_components_are_those_that_scipy_finds(grid):
    labels = components(torch.from_numpy(grid.astype(np.int64))[None])[0].numpy().reshape(grid.shape)
    expected = np.zeros_like(labels)
    for colour in np.unique(grid):
        found, count = ndimage.label(grid == colour)
        expected[found > 0] = found[found > 0] + expected.max()
        assert len(np.unique(labels[grid == colour])) == count
    assert len(np.unique(labels)) == len({*zip(labels.ravel(), expected.ravel(), strict=True)})


def test_a_snake_is_one_component():
    snake = np.zeros((9, 9), dtype=np.int64)
    snake[::2] = 1
    snake[1::4, -1], snake[3::4, 0] = 1, 1
    labels = components(torch.from_numpy(snake)[None])[0].reshape(9, 9)
    assert len(labels[torch.from_numpy(snake) == 1].unique()) == 1


@given(grids(), st.permutations(range(10)))
def test_cues_do_not_know_which_colour_it_is(grid, colours):
    assert torch.equal(told(View(0, tuple(colours)).apply(grid)), told(grid))


@given(grids(), st.integers(1, 3))
def test_padding_changes_no_cue(grid, more):
    padded = np.pad(grid, ((0, more), (0, more)), constant_values=PAD)
    found = told(padded)
    assert torch.equal(found[: grid.shape[0], : grid.shape[1]], told(grid))
    assert found[grid.shape[0] :].sum() == 0


def test_objects_are_told_by_size_and_edge():
    grid = np.array(
        [[0, 0, 0, 0, 0, 0], [0, 3, 3, 0, 0, 0], [0, 3, 3, 0, 5, 0], [0, 0, 0, 0, 0, 0], [7, 7, 0, 0, 0, 0]]
    )
    found = told(grid).bool()
    assert torch.equal(found[..., LARGEST], torch.from_numpy(grid == 3))
    assert torch.equal(found[..., SMALLEST], torch.from_numpy(grid == 5))
    assert torch.equal(found[..., TOUCHES], torch.from_numpy((grid == 0) | (grid == 7)))
    assert found[..., ALL_OF_COLOUR].all()
    sizes = found[..., OBJECTS : OBJECTS + len(BINS)].int().argmax(-1)
    assert [sizes[at].item() for at in ((1, 1), (2, 4), (4, 0), (0, 0))] == [2, 0, 1, 4]


def test_neighbours_of_the_same_colour_are_told():
    grid = np.array([[1, 2], [1, 1]])
    found = told(grid)[0, 0]
    same, other = found[: len(AROUND)].tolist(), found[len(AROUND) : COUNTED].tolist()
    assert same == [step in ((1, 0), (1, 1)) for step in AROUND]
    assert other == [step == (0, 1) for step in AROUND]
