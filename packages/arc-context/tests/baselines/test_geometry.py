import numpy as np
import pytest

from arc_context.baselines import ColourMap, GeometrySearch
from arc_context.baselines.fitted_operations import reduced
from arc_context.baselines.operations import OPERATIONS
from arc_context.solving.voting import is_right
from arc_context.tasks.task import Pair, Task


def solved(baseline, task):
    return all(
        is_right(tried, pair.output) for tried, pair in zip(baseline.solve(task), task.test, strict=True)
    )


def kaleidoscope(grid):
    both = np.hstack([grid, grid[:, ::-1]])
    return np.vstack([both, both[::-1]])


def without_rows(grid):
    return np.vstack([grid, np.full_like(grid, np.bincount(grid.ravel()).argmax())])


RULES = {
    "tiled": lambda grid: np.tile(grid, (2, 3)),
    "mirrored into four": kaleidoscope,
    "background below": without_rows,
    "twice as high": lambda grid: grid.repeat(2, 0),
    "three times": lambda grid: grid.repeat(3, 0).repeat(3, 1),
}


@pytest.mark.parametrize("name", RULES)
def test_blocks_and_enlargements_are_found(name, planted):
    assert solved(GeometrySearch(), planted(RULES[name]))


FOUND = (
    "transposed",
    "without repeats",
    "fallen to side 1",
    "in itself",
    "in its background",
    "as large as its colours",
)
CUT = ("foreground, as it is", "rarest colour, turned by 90°", "second commonest colour, transposed")


@pytest.mark.parametrize("name", [*FOUND, *CUT])
def test_an_operation_is_found_where_it_was_planted(name, planted):
    def rule(grid):
        made = OPERATIONS[name](grid)
        return None if made is None or (np.array_equal(made, grid) and name != "as it is") else made

    side = 3 if "in " in name else 6
    assert solved(GeometrySearch(), planted(rule, shape=(side, side), colours=3 if side == 3 else 5))


def test_reduction_needs_blocks_of_one_colour(planted):
    large = planted(lambda grid: grid.repeat(2, 0).repeat(3, 1))
    turned = [Pair(pair.output, pair.input) for pair in (*large.train, *large.test)]
    task = Task("reduced", tuple(turned[:-1]), (turned[-1],))
    assert solved(GeometrySearch(), task)
    broken = turned[-1].input.copy()
    broken[1, 1] = (broken[1, 1] + 1) % 10
    assert reduced(2, 3)(turned[-1].input).tolist() == turned[-1].output.tolist()
    assert reduced(2, 3)(broken) is None


def halves(rule):
    def of(grid):
        left, right = grid[:, :2], grid[:, -2:]
        return rule(left != 0, right != 0).astype(np.int8) * 7

    return of


@pytest.mark.parametrize("rule", [np.logical_and, np.logical_or, np.logical_xor])
@pytest.mark.parametrize("width", [4, 5])
def test_halves_are_combined_with_or_without_a_line_between_them(rule, width, planted):
    task = planted(halves(rule), shape=(6, width), colours=2)
    binary = [
        Pair((pair.input == pair.input[0, 0]).astype(np.int8), None) for pair in (*task.train, *task.test)
    ]
    shown = [Pair(pair.input, halves(rule)(pair.input)) for pair in binary]
    assert solved(GeometrySearch(), Task("halves", tuple(shown[:-1]), (shown[-1],)))


@pytest.mark.parametrize("number", range(3))
def test_the_odd_part_is_found_wherever_it_stands(number):
    rng = np.random.default_rng(number)
    shown = []
    for place in (0, 2, 1, number):
        common, odd = rng.integers(10, size=(2, 3, 3)).astype(np.int8)
        parts = [odd if each == place else common for each in range(3)]
        shown.append(Pair(np.hstack(parts), odd))
    assert solved(GeometrySearch(), Task("odd", tuple(shown[:-1]), (shown[-1],)))


def test_the_answer_is_not_looked_at(planted):
    task = planted(RULES["tiled"])
    unknown = Task(task.name, task.train, (Pair(task.test[0].input, None),))
    for baseline in (GeometrySearch(), ColourMap()):
        assert baseline.solve(unknown)[0][0].tolist() == task.test[0].output.tolist()


def test_pairs_that_contradict_each_other_have_no_answer():
    grid = np.array([[1, 2], [3, 4]], np.int8)
    task = Task("none", (Pair(grid, grid), Pair(grid, grid[::-1].copy())), (Pair(grid, None),))
    assert GeometrySearch().solve(task) == ColourMap().solve(task) == [[]]


def test_an_operation_that_does_not_apply_to_the_test_has_no_vote():
    clear, unclear = np.array([[0, 0, 5]], np.int8), np.array([[1, 2]], np.int8)
    task = Task("cut", (Pair(clear, np.array([[5]], np.int8)),), (Pair(unclear, None),))
    assert all(grid.shape != (1, 2) or grid.tolist() for grid in GeometrySearch().solve(task)[0])
    assert is_right(
        GeometrySearch().solve(Task("cut", task.train, (Pair(clear, None),)))[0], task.train[0].output
    )


CYCLE = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], np.int8)


@pytest.mark.parametrize("rule", [lambda grid: CYCLE[grid], lambda grid: CYCLE[grid[:, ::-1]]])
def test_colours_are_replaced_in_place_and_after_an_operation(rule, planted):
    task = planted(rule, colours=9, shape=(9, 9))
    assert solved(ColourMap(), task)
    assert not any(GeometrySearch().solve(task))


def test_a_colour_that_was_never_shown_stays():
    task = Task(
        "map",
        (Pair(np.array([[1, 2]], np.int8), np.array([[3, 4]], np.int8)),),
        (Pair(np.array([[2, 9]], np.int8), None),),
    )
    assert [4, 9] in [grid.tolist()[0] for grid in ColourMap().solve(task)[0]]
