"""One output that is asked for, with the task that it is of."""

from collections.abc import Iterable
from dataclasses import dataclass

from arc_context.tasks.episodes import Episode, episodes
from arc_context.tasks.task import Pair, Task


@dataclass(frozen=True, eq=False)
class Question:
    """A task and the place of one of its test pairs, from 0."""

    task: Task
    test: int

    @property
    def pair(self) -> Pair:
        """The test pair."""
        return self.task.test[self.test]

    @property
    def episode(self) -> Episode:
        """What a model is given of it."""
        return episodes(self.task)[self.test]


def questions(tasks: Iterable[Task]) -> tuple[Question, ...]:
    """All of the tasks' test pairs, in order."""
    return tuple(Question(task, test) for task in tasks for test in range(len(task.test)))
