import numpy as np
import pytest
from scipy import ndimage

from arc_context.baselines import PatchLookup
from arc_context.tasks.task import Pair, Task


def task_of(grids, rule, test):
    return Task("patches", tuple(Pair(grid, rule(grid)) for grid in grids), (Pair(test, None),))


def dot(row, column):
    grid = np.zeros((13, 13), np.int8)
    grid[row, column] = 5
    return grid


def marked(reach):
    """A cell turns 3 where the one `reach` cells to any side is coloured."""
    arms = np.zeros((2 * reach + 1, 2 * reach + 1), int)
    arms[reach, [0, -1]] = arms[[0, -1], reach] = 1

    def rule(grid):
        near = ndimage.convolve((grid == 5).astype(int), arms, mode="constant") > 0
        return np.where((grid == 0) & near, 3, grid).astype(np.int8)

    return rule


@pytest.mark.parametrize(("reach", "seen"), [(1, True), (2, True), (3, False)])
def test_a_rule_of_neighbours_is_found_up_to_two_cells_away(reach, seen):
    rule, test = marked(reach), dot(5, 7)
    (attempts,) = PatchLookup().solve(task_of([dot(6, 6), dot(7, 6)], rule, test))
    assert (attempts[0] == rule(test)).all() == seen


def test_one_orientation_is_enough_for_all_of_them():
    bar = np.zeros((5, 5), np.int8)
    bar[2, 1:4] = 5
    rule = {0: 0, 5: 5}
    output = np.vectorize(rule.get)(bar).astype(np.int8)
    output[1, 2] = output[3, 2] = 8
    upright = PatchLookup().solve(Task("bar", (Pair(bar, output),), (Pair(bar.T.copy(), None),)))[0]
    assert upright[0].tolist() == output.T.tolist()


def test_what_has_a_direction_is_the_second_attempt():
    below = np.zeros((4, 4), np.int8)
    below[1, 1] = 5
    output = below.copy()
    output[2, 1] = 7
    test = np.zeros((4, 4), np.int8)
    test[1, 1] = 5
    expected = output.tolist()
    first, second = PatchLookup().solve(Task("below", (Pair(below, output),), (Pair(test, None),)))[0]
    assert second.tolist() == expected != first.tolist()


def test_a_tie_goes_on_with_the_smaller_neighbourhood():
    one, other = np.array([[1, 2]], np.int8), np.array([[3, 2]], np.int8)
    same = np.array([[1, 2], [1, 2], [1, 2]], np.int8)
    pairs = (Pair(one, np.array([[1, 5]], np.int8)), Pair(one, np.array([[1, 6]], np.int8)))
    more = (Pair(same, np.array([[1, 6], [1, 6], [1, 6]], np.int8)),)
    tied = PatchLookup().solve(Task("tied", (*pairs, *more), (Pair(one, None),)))[0]
    assert {grid.tolist()[0][1] for grid in tied} == {6}
    unseen = PatchLookup().solve(Task("unseen", pairs, (Pair(other, None),)))[0]
    assert unseen[0].tolist() == [[3, 2]]


def test_outputs_of_another_size_are_not_its_matter():
    grid = np.zeros((2, 2), np.int8)
    task = Task("size", (Pair(grid, grid[:1]),), (Pair(grid, None), Pair(grid, None)))
    assert PatchLookup().solve(task) == [[], []]
