"""Families about edges: of the grid, and of objects."""

import numpy as np
from jaxtyping import Bool

from arc_context.tasks.grid import Grid

from .drawing import boxes, drawn, empty, sparse
from .rules import Rule, RuleFamily


class Border(RuleFamily):
    """The outermost cells of the grid take a colour."""

    name = "border"
    identifiable = "every train output shows the colour all around its edge"
    roles = 2

    def grid(self, rng, sides, rule, others):
        """Scattered cells of four colours."""
        return sparse(rng, sides, rule.background, others[:4])

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid in its frame."""
        framed = grid.copy()
        framed[[0, -1]] = rule.colours[1]
        framed[:, [0, -1]] = rule.colours[1]
        return framed


class Outline(RuleFamily):
    """Background that touches an object, at a side or a corner, takes a colour."""

    name = "outline"
    identifiable = (
        "every train input holds an object beside background, and its output shows the colour around it"
    )
    roles = 2

    def grid(self, rng, sides, rule, others):
        """Up to three rectangles, each of a colour."""
        grid = empty(sides, rule.background)
        for box in boxes(rng, sides, 3, (1, 3)):
            grid[box] = others[drawn(rng, (0, 3))]
        return grid if (grid == rule.background).any() else None

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid with its objects outlined."""
        outlined, objects = grid.copy(), grid != rule.background
        outlined[near(objects) & ~objects] = rule.colours[1]
        return outlined


class Hollow(RuleFamily):
    """A cell whose eight neighbours all have its own colour becomes background: objects keep their outline."""

    name = "hollow"
    identifiable = "every train pair shows the background inside what was filled"

    def grid(self, rng, sides, rule, others):
        """Filled rectangles, the first one large enough to be hollow."""
        grid = empty(sides, rule.background)
        for box in boxes(rng, sides, 2, (3, 5)):
            grid[box] = others[drawn(rng, (0, 3))]
        return grid if (inside(grid) & (grid != rule.background)).any() else None

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid with hollow objects."""
        return np.where(inside(grid), np.int8(rule.background), grid)


def near(cells: Bool[np.ndarray, "_ _"]) -> Bool[np.ndarray, "_ _"]:
    """The cells themselves and their eight neighbours."""
    wide = cells.copy()
    wide[1:] |= cells[:-1]
    wide[:-1] |= cells[1:]
    found = wide.copy()
    found[:, 1:] |= wide[:, :-1]
    found[:, :-1] |= wide[:, 1:]
    return found


def inside(grid: Grid) -> Bool[np.ndarray, "_ _"]:
    """The cells whose eight neighbours are in the grid and have their colour."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(grid, 1, constant_values=-1), (3, 3))
    return (around == grid[:, :, None, None]).all(axis=(2, 3))
