"""What every baseline offers."""

from abc import ABC, abstractmethod
from typing import ClassVar

from arc_context.solving.voting import Vote, attempts
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Task

Ranking = list[tuple[Vote, ...]]
"""For each test pair, the distinct answers that a baseline has, best first; none where no rule of it fits."""


class Baseline(ABC):
    """Answers a task from its own train pairs alone; the same task gets the same answers."""

    name: ClassVar[str]
    knows: ClassVar[str]
    """What it was given by hand, in words."""

    @abstractmethod
    def ranked(self, task: Task) -> Ranking:
        """All answers to each test pair, best first; those that are known are not looked at."""

    def solve(self, task: Task) -> list[list[Grid]]:
        """The best two answers to each test pair, or fewer where it has fewer."""
        return [attempts(votes) for votes in self.ranked(task)]
