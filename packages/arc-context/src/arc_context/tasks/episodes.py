"""What is asked at once: one query grid beside the pairs that show the rule."""

from dataclasses import dataclass

from .grid import Grid
from .task import Pair, Task


@dataclass(frozen=True, eq=False)
class Episode:
    """A query and its support set; `answer` is None where it is not known.

    `index` is the query's place among the test pairs of its task, or among its train pairs where one of them is asked.
    """

    task: str
    family: str
    support: tuple[Pair, ...]
    query: Grid
    answer: Grid | None
    index: int


def episodes(task: Task) -> tuple[Episode, ...]:
    """One per test pair; the support set is all train pairs."""
    return tuple(
        Episode(task.name, task.family, task.train, pair.input, pair.output, index)
        for index, pair in enumerate(task.test)
    )


def leave_one_out(task: Task) -> tuple[Episode, ...]:
    """One per train pair; the support set is the other train pairs, none where the task has only one."""
    return tuple(
        Episode(
            task.name,
            task.family,
            task.train[:index] + task.train[index + 1 :],
            pair.input,
            pair.output,
            index,
        )
        for index, pair in enumerate(task.train)
    )
