"""Families in which every colour has a fate of its own: a test cell looks its colour up in the support."""

from abc import abstractmethod

import numpy as np
from jaxtyping import Bool, Int8

from arc_context.configuration import FamiliesConfig
from arc_context.tasks.grid import COLOURS
from arc_context.tasks.task import Task

from .base import Family, Pairs
from .drawing import drawn, drawn_palette, drawn_sides, speckled

MOST_COLOURS = 6
Palette = Int8[np.ndarray, "10"]


class Lookup(Family):
    """output[cell] = table[input[cell]]: one table for all pairs of a task."""

    identifiable = (
        "every colour that a test input holds stands in a train input, with its fate in the same cell"
    )

    @abstractmethod
    def table(self, rng: np.random.Generator, palette: Palette, shown: int) -> Palette:
        """The fate of every colour; inputs hold those of the palette from the second on, as many as are shown."""

    def attempt(self, rng: np.random.Generator, limits: FamiliesConfig) -> tuple[Pairs, Pairs]:
        """Grids of independent cells; every colour of the task is in the train inputs and in each test input."""
        height, width = drawn_sides(rng, limits.sides)
        pairs, palette = drawn(rng, limits.pairs), drawn_palette(rng, limits)
        shown = min(drawn(rng, (3, MOST_COLOURS)), height * width)
        colours = palette[1 : 1 + shown]
        grids = speckled(rng, colours, (pairs + limits.test_pairs, height, width))
        for part in (grids[:pairs], *grids[pairs:]):
            part.reshape(-1)[rng.permutation(part.size)[:shown]] = colours
        both = list(zip(grids, self.table(rng, palette, shown)[grids], strict=True))
        return both[:pairs], both[pairs:]

    def determining(
        self, task: Task, test: int, row: int, column: int
    ) -> tuple[Bool[np.ndarray, "height width"], ...]:
        """The cells of each train input that have this test cell's colour."""
        return tuple(pair.input == task.test[test].input[row, column] for pair in task.train)


class ColourMap(Lookup):
    """Every colour becomes another one, no two the same."""

    name = "colour_map"

    def table(self, rng, palette, shown):
        """A permutation of the ten colours."""
        table = np.empty_like(palette)
        table[palette] = palette[rng.permutation(COLOURS)]
        return table


class KeepColours(Lookup):
    """Some colours stay; cells of all others become one colour that was not there."""

    name = "keep_colours"

    def table(self, rng, palette, shown):
        """The identity for the colours that stay, the palette's first for the rest; at least one of either."""
        kept = palette[1 : 1 + drawn(rng, (1, shown - 1))]
        table = np.full(COLOURS, palette[0], dtype=np.int8)
        table[kept] = kept
        return table


class Swap(Lookup):
    """Two colours change places; the others stay."""

    name = "swap"

    def table(self, rng, palette, shown):
        """The identity but for two colours."""
        table = np.arange(COLOURS, dtype=np.int8)
        table[palette[[1, 2]]] = palette[[2, 1]]
        return table
