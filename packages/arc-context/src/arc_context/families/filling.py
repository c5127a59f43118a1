"""Families that fill cells with one colour."""

import numpy as np
from jaxtyping import Bool

from arc_context.tasks.grid import Grid

from .drawing import boxes, drawn, empty, sparse
from .regions import regions
from .rules import Rule, RuleFamily


class FillBackground(RuleFamily):
    """The background takes a colour; all else stays."""

    name = "fill_background"
    identifiable = "every train input holds background, and its output shows the colour there"
    roles = 2

    def grid(self, rng, sides, rule, others):
        """Scattered cells of four colours on a background."""
        grid = sparse(rng, sides, rule.background, others[:4])
        return grid if (grid == rule.background).any() else None

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid on the other background."""
        return np.where(grid == rule.background, np.int8(rule.colours[1]), grid)


class FillEnclosed(RuleFamily):
    """Background that no path along rows and columns joins with the edge takes a colour."""

    name = "fill_enclosed"
    identifiable = (
        "every train input encloses background, and its output shows the colour there and nowhere else"
    )
    roles = 2

    def grid(self, rng, sides, rule, others):
        """Outlines of rectangles, of two colours; the first one is closed, some others have a gap."""
        grid = empty(sides, rule.background)
        for number, box in enumerate(boxes(rng, sides, 3, (3, 5))):
            outline(grid, box, others[drawn(rng, (0, 1))], rule.background)
            if number and rng.random() < 0.4:
                grid[box[0].start, box[1].start + 1] = rule.background
        return grid if enclosed(grid, rule.background).any() else None

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid with what is enclosed filled."""
        filled = grid.copy()
        filled[enclosed(grid, rule.background)] = rule.colours[1]
        return filled


def outline(grid: Grid, box: tuple[slice, slice], colour: int, background: int) -> None:
    """Draw a rectangle of one colour, filled with background."""
    rows, columns = box
    grid[box] = colour
    grid[rows.start + 1 : rows.stop - 1, columns.start + 1 : columns.stop - 1] = background


def enclosed(grid: Grid, background: int) -> Bool[np.ndarray, "_ _"]:
    """The background cells that are not joined with the edge of the grid."""
    empty_cells = grid == background
    found = regions(empty_cells)
    edge = np.concatenate([found[0], found[-1], found[:, 0], found[:, -1]])
    return empty_cells & ~np.isin(found, edge)
