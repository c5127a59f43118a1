import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arc_context import ArcError, Pair, Task, score, score_by_size
from arc_context.scoring.score import right_outputs
from arc_context.testing import tasks

WRONG = np.full((1, 7), 9, np.int8)


def truth(*asked):
    """The right answers of tasks, each tried once."""
    return {task.name: [[pair.output] for pair in task.test] for task in asked}


@given(st.lists(tasks(), min_size=1, max_size=4, unique_by=lambda task: task.name))
def test_right_answers_score_one(asked):
    scores = score(truth(*asked), asked, attempts=1)
    assert [estimate.value for estimate in scores.by_convention().values()] == [1, 1, 1]


@given(tasks())
def test_the_second_attempt_counts_where_two_are_allowed(task):
    tried = {task.name: [[WRONG, pair.output] for pair in task.test]}
    assert not any(right_outputs(tried, [task], attempts=1)[task.name])
    assert all(right_outputs(tried, [task], attempts=2)[task.name])


@given(tasks())
def test_a_third_attempt_does_not_count(task):
    tried = {task.name: [[WRONG, WRONG, pair.output] for pair in task.test]}
    assert not any(right_outputs(tried, [task])[task.name])


@given(tasks(), st.integers(0, 10**6), st.integers(1, 9))
def test_one_cell_decides(task, place, change):
    tried = truth(task)
    grid = tried[task.name][0][0].copy()
    grid.flat[place % grid.size] = (grid.flat[place % grid.size] + change) % 10
    tried[task.name][0] = [grid]
    assert right_outputs(tried, [task])[task.name] == (False, *[True] * (len(task.test) - 1))


def test_a_grid_of_another_shape_is_wrong_even_if_it_would_broadcast():
    row = np.zeros((1, 3), np.int8)
    task = Task("t", (Pair(row, row),), (Pair(row, row),))
    for other in (np.zeros((3, 1), np.int8), np.zeros((1, 1), np.int8), np.zeros((2, 3), np.int8)):
        assert right_outputs({"t": [[other]]}, [task])["t"] == (False,)


def test_no_attempt_is_wrong():
    row = np.zeros((1, 3), np.int8)
    task = Task("t", (Pair(row, row),), (Pair(row, row),))
    scores = score({"t": [[]]}, [task])
    assert scores.kaggle.value == 0
    assert scores.kaggle.chance == 1


@given(tasks())
def test_answers_that_do_not_belong_are_refused(task):
    with pytest.raises(ArcError, match=f"task {task.name}: expected answers, got none"):
        score({}, [task])
    with pytest.raises(ArcError, match="task other and 1 more: answers to what is not among the 1 tasks"):
        score({**truth(task), "other": [], "another": []}, [task])
    with pytest.raises(ArcError, match=rf"task {task.name}: expected answers to \d test outputs, got 0"):
        score({task.name: []}, [task])
    with pytest.raises(ArcError, match="expected 1 attempt or more, got 0"):
        score(truth(task), [task], attempts=0)
    with pytest.raises(ArcError, match="expected a name for each of 2 tasks"):
        score(truth(task), [task, task])


@given(tasks())
def test_an_answer_that_is_not_known_cannot_be_scored(task):
    last = Task(task.name, task.train, (*task.test, Pair(WRONG, None)))
    said = f"task {task.name}, test {len(task.test)}: its answer is not known"
    with pytest.raises(ArcError, match=said):
        score({task.name: [[WRONG]] * len(last.test)}, [last])


def test_tables_by_size_split_tasks_by_their_longest_side():
    def sized(name, side):
        wide = np.zeros((1, side), np.int8)
        return Task(name, (Pair(WRONG, WRONG),), (Pair(WRONG, wide),))

    asked = [sized("a", 10), sized("b", 11), sized("c", 15), sized("d", 30)]
    tried = {**truth(*asked), "c": [[WRONG]]}
    found = score_by_size(tried, asked)
    assert {name: (scores.tasks, scores.kaggle.value) for name, scores in found.items()} == {
        "1–10": (1, 1),
        "11–15": (2, 0.5),
        "21–30": (1, 1),
    }


@given(tasks())
def test_copying_is_what_answers_are_held_against(task):
    assume(all(not np.array_equal(pair.input, pair.output) for pair in task.test))
    assert score(truth(task), [task]).kaggle.chance == 0
    same = Task(task.name, task.train, tuple(Pair(pair.input, pair.input) for pair in task.test))
    assert score(truth(same), [same]).kaggle.chance == 1
