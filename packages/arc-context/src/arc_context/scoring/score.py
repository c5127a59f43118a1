"""Answers held against tasks."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from arc_context.errors import ArcError
from arc_context.tasks.grid import LARGEST_SIDE, Grid
from arc_context.tasks.task import Task

from .conventions import Right, Scores, scores_of

Answers = Mapping[str, Sequence[Sequence[Grid]]]
"""Of each task, by name, and each of its test outputs: the grids that were tried, best first."""

SIDES = (10, 15, 20, LARGEST_SIDE)
"""Longest sides at which tables by size are cut."""


def score(answers: Answers, tasks: Sequence[Task], attempts: int = 2) -> Scores:
    """How right answers are within so many attempts, beside what copying the input scores.

    An attempt is right where it has the answer's size and colours, all of them.

    Raises:
        ArcError: answers and tasks do not belong together, or an answer is not known.
    """
    return scores_of(right_outputs(answers, tasks, attempts), copied_outputs(tasks))


def score_by_size(answers: Answers, tasks: Sequence[Task], attempts: int = 2) -> dict[str, Scores]:
    """The same for tasks whose longest side is up to 10, 11 to 15, 16 to 20, and 21 to 30 cells, where there are any.

    Raises:
        ArcError: as `score`.
    """
    right, copied = right_outputs(answers, tasks, attempts), copied_outputs(tasks)
    found: dict[str, Scores] = {}
    for low, high in zip((1, *(side + 1 for side in SIDES)), SIDES, strict=False):
        names = [task.name for task in tasks if low <= task.largest_side <= high]
        if names:
            mine, theirs = ({name: of[name] for name in names} for of in (right, copied))
            found[f"{low}–{high}"] = scores_of(mine, theirs)
    return found


def right_outputs(answers: Answers, tasks: Iterable[Task], attempts: int = 2) -> Right:
    """Which test outputs have an answer that is right among so many attempts.

    Raises:
        ArcError: as `score`.
    """
    tasks = tuple(tasks)
    check_answers(answers, tasks)
    if attempts < 1:
        raise ArcError(f"expected 1 attempt or more, got {attempts}")
    return {
        task.name: tuple(
            any(np.array_equal(truth, grid) for grid in tried[:attempts])
            for truth, tried in zip(_known(task), answers[task.name], strict=True)
        )
        for task in tasks
    }


def copied_outputs(tasks: Iterable[Task]) -> Right:
    """Which test outputs are the same as their inputs.

    Raises:
        ArcError: an answer is not known.
    """
    return {
        task.name: tuple(
            np.array_equal(truth, pair.input) for truth, pair in zip(_known(task), task.test, strict=True)
        )
        for task in tasks
    }


def check_answers(answers: Answers, tasks: Sequence[Task]) -> None:
    """Check that answers are of these tasks, all of them and no others, and of each test output.

    Raises:
        ArcError: they are not; the message names a task.
    """
    asked = {task.name: len(task.test) for task in tasks}
    if len(asked) < len(tasks):
        raise ArcError(f"expected a name for each of {len(tasks)} tasks, got {len(asked)} names")
    if missing := [name for name in asked if name not in answers]:
        raise ArcError(f"task {missing[0]}{_more(missing)}: expected answers, got none")
    if foreign := [name for name in answers if name not in asked]:
        raise ArcError(
            f"task {foreign[0]}{_more(foreign)}: answers to what is not among the {len(asked)} tasks"
        )
    for name, outputs in asked.items():
        if len(answers[name]) != outputs:
            raise ArcError(
                f"task {name}: expected answers to {outputs} test outputs, got {len(answers[name])}"
            )


def _known(task: Task) -> list[Grid]:
    found = [pair.output for pair in task.test if pair.output is not None]
    if len(found) < len(task.test):
        number = [pair.output is None for pair in task.test].index(True)
        raise ArcError(
            f"task {task.name}, test {number}: its answer is not known; give the file of solutions"
        )
    return found


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""
