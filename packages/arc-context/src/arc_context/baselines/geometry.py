"""A search through operations for those that make every output of its input."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from arc_context.baselines.base import Baseline, Ranking
from arc_context.baselines.fitted_operations import fitted_operations
from arc_context.baselines.grids import Operation
from arc_context.baselines.operations import OPERATIONS
from arc_context.solving.voting import vote
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Task


@dataclass(frozen=True)
class GeometrySearch(Baseline):
    """Turns, mirrors, tiles, scales, cuts and combines parts, as all train pairs agree.

    Every operation that fits has one vote.
    """

    name: ClassVar[str] = "geometry"
    knows: ClassVar[str] = (
        "symmetries, tiling, scaling, cutting out, falling, parts; chosen knowing ARC-AGI-1's training tasks"
    )

    def ranked(self, task: Task) -> Ranking:
        """What the fitting operations make of each test input."""
        return named_by(exact(shaped(task), outputs(task)), task)


def outputs(task: Task) -> list[Grid]:
    """Those of the train pairs."""
    return [pair.output for pair in task.train if pair.output is not None]


def shaped(task: Task) -> Iterator[tuple[Operation, list[Grid]]]:
    """Operations whose results are as large as the outputs of all train pairs, with these results."""
    shown = [(pair.input, pair.output) for pair in task.train if pair.output is not None]
    for operation in (*OPERATIONS.values(), *fitted_operations(shown)):
        made: list[Grid] = []
        for given, output in shown:
            result = operation(given)
            if result is None or result.shape != output.shape:
                break
            made.append(result)
        else:
            yield operation, made


def exact(found: Iterable[tuple[Operation, list[Grid]]], wanted: Sequence[Grid]) -> list[Operation]:
    """The operations that make every output."""
    return [operation for operation, made in found if all(map(np.array_equal, made, wanted))]


def named_by(operations: Sequence[Operation], task: Task) -> Ranking:
    """What operations make of each test input, one vote each; those that cannot be applied have none."""
    made = [[operation(pair.input) for operation in operations] for pair in task.test]
    return [vote((np.ascontiguousarray(grid), 1.0) for grid in grids if grid is not None) for grids in made]
