import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_context.augmentation import View
from arc_context.baselines import BASELINES, ColourMap, Copy, GeometrySearch, PatchLookup, SymbolicUnion
from arc_context.solving.voting import is_right
from arc_context.tasks.sources import load_tasks, named
from arc_context.testing import tasks

SOLVED = ("3c9b0459", "46442a0e", "a9f96cdd", "6d0aefbc", "88a62173", "b1948b0a", "d511f180", "dae9d2b5")
"""Of ARC-AGI-1's training tasks; some are solved by geometry, some by colours, some by patches."""


@pytest.fixture(scope="module")
def solved():
    """Those tasks by name."""
    return {task.name: task for task in named(load_tasks("arc1:training"), SOLVED)}


def key(grid):
    return grid.shape, grid.tobytes()


def test_copy_gives_the_input_back_and_nothing_else(solved):
    for task in solved.values():
        tried = [[grid.tolist() for grid in grids] for grids in Copy().solve(task)]
        assert tried == [[pair.input.tolist()] for pair in task.test]


@given(tasks(3, 1), st.integers(0, 7), st.permutations(range(10)))
def test_a_baseline_weighs_the_views_of_its_answers_as_it_weighs_its_answers(task, symmetry, colours):
    view = View(symmetry, tuple(colours))
    for baseline in (Copy(), GeometrySearch(), ColourMap(), PatchLookup()):
        seen, plain = baseline.ranked(view.of_task(task)), baseline.ranked(task)
        for turned, votes in zip(seen, plain, strict=True):
            expected = Counter((key(view.apply(each.grid)), each.weight) for each in votes)
            assert Counter((key(each.grid), each.weight) for each in turned) == expected


@pytest.mark.parametrize("name", SOLVED)
def test_the_union_attempts_the_views_of_its_attempts(name, solved):
    task = solved[name]
    view = View(int(name, 16) % 7 + 1, (3, 1, 4, 0, 5, 9, 2, 6, 8, 7))
    plain = SymbolicUnion().solve(task)
    assert all(is_right(tried, pair.output) for tried, pair in zip(plain, task.test, strict=True))
    for turned, tried in zip(SymbolicUnion().solve(view.of_task(task)), plain, strict=True):
        assert {key(grid) for grid in turned} == {key(view.apply(grid)) for grid in tried}


def test_the_union_is_its_members_one_after_another(solved):
    for task in solved.values():
        members = [GeometrySearch().solve(task), ColourMap().solve(task), PatchLookup().solve(task)]
        for number, votes in enumerate(SymbolicUnion().ranked(task)):
            expected = dict.fromkeys(key(grid) for member in members for grid in member[number])
            assert [key(each.grid) for each in votes] == list(expected)


README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| `(\w+)` \|.*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(("split", "columns"), [("arc1:training", (0, 1)), ("arc1:evaluation", (2, 3))])
def test_tasks_of_arc_1_that_are_solved_within_two_attempts(split, columns):
    """The README's table says how many, all and those of at most 10 × 10."""
    told = {
        name: [int(counts[each]) for each in columns] for name, *counts in ROW.findall(README.read_text())
    }
    found = {}
    for name, kind in BASELINES.items():
        right = [
            task
            for task in load_tasks(split)
            if all(
                is_right(tried, pair.output)
                for tried, pair in zip(kind().solve(task), task.test, strict=True)
            )
        ]
        found[name] = [len(right), sum(task.largest_side <= 10 for task in right)]
    assert found == told
