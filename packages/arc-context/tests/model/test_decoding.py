from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from arc_context import PAD, RLANOutput, answers
from arc_context.model.decoding import decoded, log_probability


def drawn_logits(seed, height, width):
    return torch.randn(1, 11, height, width, generator=torch.Generator().manual_seed(seed)) * 2


def every_rectangle(logits, canvas):
    """All rectangles of the canvas with the log probability of their likeliest grid, each summed by itself."""
    chances = logits[0].double().log_softmax(0).numpy()
    height, width = canvas
    found = {}
    for h, w in product(range(1, height + 1), range(1, width + 1)):
        inside = chances[:10, :h, :w].max(0).sum()
        outside = sum(chances[10, i, j] for i in range(height) for j in range(width) if i >= h or j >= w)
        found[h, w] = inside + outside
    return found


@given(seed=st.integers(0, 999), canvas=st.tuples(st.integers(1, 5), st.integers(1, 5)))
def test_the_answer_is_the_likeliest_of_all_rectangles(seed, canvas):
    logits, mask = drawn_logits(seed, 5, 6), torch.zeros(1, 5, 6, dtype=torch.bool)
    mask[:, : canvas[0], : canvas[1]] = True
    (answer,) = decoded(logits, mask)
    rectangles = every_rectangle(logits, canvas)
    best = max(rectangles, key=rectangles.get)
    assert answer.grid.shape == best
    assert answer.log_probability == pytest.approx(rectangles[best])
    expected = logits[0, :10, : best[0], : best[1]].argmax(0)
    assert np.array_equal(answer.grid, expected)
    assert answer.grid.dtype == np.int8


@given(seed=st.integers(0, 999))
def test_no_grid_is_likelier_than_the_answer(seed):
    logits, canvas = drawn_logits(seed, 3, 3), torch.ones(1, 3, 3, dtype=torch.bool)
    (answer,) = decoded(logits, canvas)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        height, width = rng.integers(1, 4, 2)
        other = np.full((3, 3), PAD)
        other[:height, :width] = rng.integers(0, 10, (height, width))
        chance = log_probability(logits, canvas, torch.from_numpy(other)[None])
        assert chance.item() <= answer.log_probability + 1e-4


def test_the_chance_of_the_answer_is_that_of_its_cells():
    logits, canvas = drawn_logits(3, 4, 4), torch.ones(1, 4, 4, dtype=torch.bool)
    (answer,) = decoded(logits, canvas)
    height, width = answer.grid.shape
    target = torch.full((1, 4, 4), PAD)
    target[0, :height, :width] = torch.from_numpy(answer.grid)
    assert log_probability(logits, canvas, target).item() == pytest.approx(answer.log_probability, rel=1e-5)


def test_a_grid_that_leaves_its_canvas_cannot_be():
    canvas = torch.zeros(1, 3, 3, dtype=torch.bool)
    canvas[:, :2, :2] = True
    target = torch.zeros(1, 3, 3, dtype=torch.long)
    assert log_probability(drawn_logits(0, 3, 3), canvas, target).item() == -np.inf


def test_one_cell_is_left_where_everything_is_outside():
    logits = torch.zeros(1, 11, 3, 3)
    logits[:, PAD] = 50.0
    assert decoded(logits, torch.ones(1, 3, 3, dtype=torch.bool))[0].grid.shape == (1, 1)


def test_answers_are_read_on_the_canvas_of_the_output():
    logits, canvas = torch.zeros(2, 11, 3, 4), torch.zeros(2, 3, 4, dtype=torch.bool)
    logits[:, 7] = 3.0
    canvas[0], canvas[1, :2, :1] = True, True
    output = RLANOutput(logits, (logits,), canvas, logits)
    assert [grid.tolist() for grid in answers(output)] == [[[7] * 4] * 3, [[7], [7]]]
    assert [grid.shape for grid in answers(output, canvas[[1, 1]])] == [(2, 1), (2, 1)]
