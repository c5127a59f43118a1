"""A cell's answer looked up by the cells around it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from arc_context.baselines.base import Baseline, Ranking
from arc_context.baselines.grids import SYMMETRIES
from arc_context.solving.voting import vote
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Task

BEYOND = 10
"""What stands around a grid, where the colours are 0 to 9."""
REACH = 2
NEIGHBOURHOODS = (
    tuple(product(range(-2, 3), repeat=2)),
    tuple(product(range(-1, 2), repeat=2)),
    ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0)),
    ((0, 0),),
)
"""Places about a cell, from 5 × 5 down to the cell alone; a lookup that finds nothing goes on with the next."""

Table = dict[bytes, Counter[int]]
"""How often each colour stood in the output where the input had such a neighbourhood."""


@dataclass(frozen=True)
class PatchLookup(Baseline):
    """For outputs as large as their inputs: each cell as the train pairs had it where its neighbourhood was the same.

    Two answers: from train pairs turned and mirrored all ways, then from them as they are. The largest neighbourhood
    counts that was seen with one commonest outcome (back-off, Katz 1987); a cell without any stays as it is.
    """

    name: ClassVar[str] = "patch_lookup"
    knows: ClassVar[str] = "that a cell changes by what is around it"

    def ranked(self, task: Task) -> Ranking:
        """Up to two answers to each test pair."""
        shown = [(pair.input, pair.output) for pair in task.train if pair.output is not None]
        if any(given.shape != output.shape for given, output in shown):
            return [() for _ in task.test]
        every_way = [(turn(given), turn(output)) for given, output in shown for turn in SYMMETRIES.values()]
        tables = [(tables_of(every_way), 2.0), (tables_of(shown), 1.0)]
        return [
            vote((looked_up(pair.input, levels), weight) for levels, weight in tables) for pair in task.test
        ]


def tables_of(shown: Sequence[tuple[Grid, Grid]]) -> list[Table]:
    """One table for each neighbourhood."""
    tables: list[Table] = [defaultdict(Counter) for _ in NEIGHBOURHOODS]
    for given, output in shown:
        for table, keys in zip(tables, neighbourhoods(given), strict=True):
            for key, colour in zip(keys, output.ravel().tolist(), strict=True):
                table[key][colour] += 1
    return tables


def neighbourhoods(grid: Grid) -> list[list[bytes]]:
    """For each kind of neighbourhood that of every cell, row after row."""
    height, width = grid.shape
    padded = np.pad(grid, REACH, constant_values=BEYOND)
    found = []
    for places in NEIGHBOURHOODS:
        cells = np.stack(
            [padded[REACH + y : REACH + y + height, REACH + x : REACH + x + width] for y, x in places], -1
        )
        found.append([each.tobytes() for each in cells.reshape(height * width, -1)])
    return found


def looked_up(grid: Grid, tables: Sequence[Table]) -> Grid:
    """Every cell by the largest neighbourhood that tells."""
    keys = neighbourhoods(grid)
    colours = [
        told(tables, [level[cell] for level in keys], colour)
        for cell, colour in enumerate(grid.ravel().tolist())
    ]
    return np.array(colours, np.int8).reshape(grid.shape)


def told(tables: Sequence[Table], keys: Sequence[bytes], colour: int) -> int:
    """The commonest outcome of the first neighbourhood that has one, else the colour itself."""
    for table, key in zip(tables, keys, strict=True):
        outcomes = table[key].most_common(2) if key in table else []
        if outcomes and (len(outcomes) == 1 or outcomes[0][1] > outcomes[1][1]):
            return outcomes[0][0]
    return colour
