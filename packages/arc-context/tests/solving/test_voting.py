from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arc_context.augmentation import View
from arc_context.solving.voting import attempts, is_right, vote
from arc_context.testing import grids

WEIGHTS = st.floats(-4, 4, allow_nan=False)
PREDICTIONS = st.lists(st.tuples(grids(2), WEIGHTS), max_size=12)


def key(grid):
    return tuple(map(tuple, grid.tolist()))


@given(PREDICTIONS)
def test_every_grid_weighs_the_exact_sum_of_those_who_named_it(predictions):
    expected: dict = {}
    for grid, weight in predictions:
        total, count = expected.get(key(grid), (Fraction(0), 0))
        expected[key(grid)] = (total + Fraction(weight), count + 1)
    found = {key(each.grid): (each.weight, each.count) for each in vote(predictions)}
    assert found == {grid: (float(total), count) for grid, (total, count) in expected.items()}


@given(PREDICTIONS)
def test_the_heaviest_comes_first_then_the_one_more_named(predictions):
    order = [(-each.weight, -each.count) for each in vote(predictions)]
    assert order == sorted(order)


def test_what_ties_stands_in_the_order_in_which_it_was_named():
    first, second = np.zeros((1, 2), np.int8), np.ones((2, 1), np.int8)
    assert attempts(vote([(second, 1.0), (first, 1.0)]))[0] is second
    assert attempts(vote([(first, 1.0), (second, 1.0)]))[0] is first


def test_one_vote_of_two_comes_before_two_of_one_and_is_told_from_it():
    often, once = np.zeros((1, 1), np.int8), np.ones((1, 1), np.int8)
    first, second = vote([(often, 1.0), (once, 2.5), (often, 1.0)])
    assert (first.grid is once, first.weight, first.count) == (True, 2.5, 1)
    assert (second.weight, second.count) == (2.0, 2)


@given(PREDICTIONS, st.randoms(use_true_random=False))
def test_the_order_of_predictions_changes_no_weight(predictions, random):
    shuffled = random.sample(predictions, len(predictions))
    weights = [{key(each.grid): each.weight for each in vote(named)} for named in (predictions, shuffled)]
    assert weights[0] == weights[1]


@given(PREDICTIONS, st.integers(0, 7), st.permutations(range(10)))
def test_turning_and_recolouring_predictions_turns_and_recolours_the_votes(predictions, symmetry, colours):
    view = View(symmetry, tuple(colours))
    seen = vote([(np.ascontiguousarray(view.apply(grid)), weight) for grid, weight in predictions])
    assert [key(view.invert(each.grid)) for each in seen] == [key(each.grid) for each in vote(predictions)]


def test_grids_of_the_same_cells_but_another_shape_are_different():
    flat, tall = np.zeros((1, 2), np.int8), np.zeros((2, 1), np.int8)
    assert len(vote([(flat, 1.0), (tall, 1.0)])) == 2
    assert not is_right([flat], tall)
    assert is_right([flat, tall], tall)


def test_at_most_two_are_attempted():
    named = vote([(np.full((1, 1), colour, np.int8), 1.0) for colour in range(5)])
    assert len(attempts(named)) == 2
    assert attempts(named, 5) == [each.grid for each in named]
