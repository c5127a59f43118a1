import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.testing import loaded_by
from arc_context.baselines import Copy, SymbolicUnion
from arc_context.errors import ArcError
from arc_context.solving.baseline import solved_by
from arc_context.solving.solved import Solved, joined
from arc_context.solving.voting import vote
from arc_context.tasks.task import Pair, Task
from arc_context.testing import grids


def cell(colour):
    return np.full((1, 1), colour, np.int8)


def solved(*rankings, protocol="inductive", seconds=1.0, task="colours"):
    """One ranking of colours for each test output."""
    votes = tuple(
        vote((cell(colour), float(len(ranking) - place)) for place, colour in enumerate(ranking))
        for ranking in rankings
    )
    return Solved(task, votes, seconds, protocol, "somebody", ("a note",))


def colours(found):
    return [[grid.item() for grid in tried] for tried in found.attempts]


@given(st.lists(st.lists(grids(2), max_size=5), max_size=3))
def test_what_is_written_is_read_again(named):
    votes = tuple(vote((grid, 1.0) for grid in grids) for grids in named)
    before = Solved("007bbfb7", votes, 1.25, "transductive", "somebody", ("a note",))
    after = Solved.from_document(json.loads(json.dumps(before.to_document())))
    assert after.to_document() == before.to_document()
    assert all(each.grid.dtype == np.int8 for votes in after.votes for each in votes)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {**solved([1]).to_document(), "protocol": "guessed"},
        {**solved([1]).to_document(), "test": [[{"grid": [[11]], "weight": 1, "count": 1}]]},
    ],
)
def test_what_is_of_another_form_is_refused(document):
    with pytest.raises(ArcError, match="expected what was attempted at a task"):
        Solved.from_document(document)


def test_two_are_attempted_and_either_may_be_right():
    pairs = tuple(Pair(cell(0), answer) for answer in (cell(1), cell(2), cell(3), None))
    task = Task("colours", pairs[:1], pairs)
    found = solved([1, 2, 3], [1, 2, 3], [1, 2, 3], [1])
    assert colours(found) == [[1, 2], [1, 2], [1, 2], [1]]
    assert found.right(task) == (True, True, False, None)


def test_answers_to_another_task_are_refused(task_of_colours):
    with pytest.raises(ArcError, match="answers to 2 test outputs of task colours cannot be held against"):
        solved([1], [2]).right(task_of_colours)
    with pytest.raises(ArcError, match="tasks colours and other cannot be joined"):
        joined(solved([1]), solved([1], task="other"))


def test_joined_solvers_have_one_attempt_each_and_the_first_goes_first():
    both = joined(solved([1, 2], []), solved([3, 4], [5, 6]))
    assert colours(both) == [[1, 3], [5, 6]]
    assert [[each.grid.item() for each in votes] for votes in both.votes] == [[1, 3, 2, 4], [5, 6]]
    assert both.seconds == 2.0
    assert both.solver == "somebody and somebody"


def test_joined_solvers_that_agree_leave_the_other_attempt_to_who_comes_next():
    assert colours(joined(solved([1, 2]), solved([1, 3]))) == [[1, 2]]
    assert joined(solved([1, 2]), solved([1, 3])).votes[0][0].count == 2


def test_training_on_the_task_by_either_is_told():
    inductive, transductive = solved([1]), solved([1], protocol="transductive")
    assert joined(inductive, inductive).protocol == "inductive"
    assert (
        joined(inductive, transductive).protocol == joined(transductive, inductive).protocol == "transductive"
    )


def test_a_baseline_solves_without_training(task_of_colours):
    found = solved_by(Copy(), task_of_colours)
    assert (found.solver, found.protocol, found.right(task_of_colours)) == ("copy", "inductive", (True,))
    assert solved_by(SymbolicUnion(), task_of_colours).right(task_of_colours) == (True,)


def test_solving_needs_no_torch():
    assert "torch" not in loaded_by("arc_context.solving.solved", "arc_context.solving.views")
