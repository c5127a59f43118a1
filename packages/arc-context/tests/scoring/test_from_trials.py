import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_context import ArcError, score, scores_of_trials
from arc_context.questions import questions
from arc_context.testing import grids, tasks
from arc_context.trials import trials_table


@given(
    st.lists(tasks(), min_size=1, max_size=3, unique_by=lambda task: task.name),
    st.lists(st.lists(grids(), max_size=2), min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_trials_score_as_their_answers_do(asked, drawn, right):
    every = questions(asked)
    tried = [
        [*grids[:1], each.pair.output] if met else grids
        for each, grids, met in zip(every, drawn, right, strict=False)
    ]
    table = trials_table(every, tried, split="test")
    answers = {task.name: [] for task in asked}
    for each, attempts in zip(every, tried, strict=True):
        answers[each.task.name].append(attempts)
    for attempts in (1, 2):
        found, truth = scores_of_trials(table, attempts), score(answers, asked, attempts)
        for name, estimate in truth.by_convention().items():
            mine = found.by_convention()[name]
            assert np.allclose([mine.value, mine.chance], [estimate.value, estimate.chance])
        assert (found.tasks, found.outputs) == (truth.tasks, truth.outputs)


def test_trials_know_of_two_attempts():
    table = trials_table([], [], split="test")
    with pytest.raises(ArcError, match="expected 1 or 2 attempts, which trials tell, got 3"):
        scores_of_trials(table, 3)
    with pytest.raises(ArcError, match="expected tasks to score, got none"):
        scores_of_trials(table)
