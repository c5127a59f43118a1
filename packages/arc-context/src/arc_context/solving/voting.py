"""Which of several answers are attempted."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from arc_context.tasks.grid import Grid

ATTEMPTS = 2
"""Answers that may be given for a test output; one of them has to be right."""


@dataclass(frozen=True, eq=False)
class Vote:
    """A grid, the weights of all who named it together, and how many they are."""

    grid: Grid
    weight: float
    count: int


def vote(predictions: Iterable[tuple[Grid, float]]) -> tuple[Vote, ...]:
    """The distinct grids among weighted predictions, the heaviest first.

        weight(g) = Σ_i w_i [g_i = g]

    Of grids that weigh the same, the one that more named comes first, then the one that was named first. The sum is
    exact, so that it does not hang on the order of the predictions.
    """
    named: dict[tuple[tuple[int, ...], bytes], tuple[Grid, list[float]]] = {}
    for grid, weight in predictions:
        named.setdefault((grid.shape, grid.tobytes()), (grid, []))[1].append(weight)
    votes = [Vote(grid, math.fsum(weights), len(weights)) for grid, weights in named.values()]
    return tuple(sorted(votes, key=lambda each: (-each.weight, -each.count)))


def attempts(votes: Iterable[Vote], most: int = ATTEMPTS) -> list[Grid]:
    """The grids of the first votes."""
    return [each.grid for each in votes][:most]


def is_right(tried: Iterable[Grid], answer: Grid) -> bool:
    """Whether one of the attempts is the answer, cell for cell."""
    return any(each.shape == answer.shape and bool((each == answer).all()) for each in tried)
