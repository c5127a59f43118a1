"""What every family of tasks is: drawn until it asks something, and never twice the same."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Bool

from arc_context.configuration import FamiliesConfig
from arc_context.errors import ArcError
from arc_context.tasks.task import Grid, Pair, Task

ATTEMPTS = 200
"""Draws after which limits count as too narrow for a family."""

Pairs = Sequence[tuple[Grid, Grid]]


class Family(ABC):
    """Tasks that share a kind of rule; each task has parameters of its own, which its train pairs settle."""

    name: ClassVar[str]
    identifiable: ClassVar[str]
    """Why train pairs and test input allow one answer only."""

    @abstractmethod
    def attempt(self, rng: np.random.Generator, limits: FamiliesConfig) -> tuple[Pairs, Pairs] | None:
        """Train pairs and test pairs of one task; None where the draw leaves the answer open."""

    def draw(self, rng: np.random.Generator, limits: FamiliesConfig, name: str = "") -> Task:
        """One task within limits, whose tests all ask for something that no train pair shows.

        Raises:
            ArcError: the limits leave the family no room.
        """
        for _ in range(ATTEMPTS):
            pairs = self.attempt(rng, limits)
            if pairs is not None and asks_something(*pairs):
                train, test = (tuple(Pair(*each) for each in part) for part in pairs)
                return Task(name or self.name, train, test, family=self.name)
        raise ArcError(
            f"{self.name}: expected limits that leave room for a task, got sides {limits.sides[0]} to "
            f"{limits.sides[1]} and {limits.pairs[0]} to {limits.pairs[1]} pairs; widen families.sides"
        )

    def determining(
        self, task: Task, test: int, row: int, column: int
    ) -> tuple[Bool[np.ndarray, "height width"], ...] | None:
        """For every train pair the cells that settle this cell of the test; None where no single cells do."""
        return None

    def markers(self, task: Task, test: int) -> Bool[np.ndarray, "height width"] | None:
        """Where in the test input the marker is that the answer hangs on; None in a family without."""
        return None


def asks_something(train: Pairs, test: Pairs) -> bool:
    """Whether some train pair and every test pair change their grid, and no test input is one of training."""
    shown = {(given.shape, given.tobytes()) for given, _ in train}
    return any(not np.array_equal(*pair) for pair in train) and all(
        not np.array_equal(*pair) and (pair[0].shape, pair[0].tobytes()) not in shown for pair in test
    )
