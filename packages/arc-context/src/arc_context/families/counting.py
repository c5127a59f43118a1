"""Families that count."""

import numpy as np

from arc_context.tasks.grid import COLOURS, LARGEST_SIDE, Grid

from .drawing import drawn, empty, sparse
from .rules import Rule, RuleFamily


class Count(RuleFamily):
    """As many cells in a row, or a column, as the input has of one colour."""

    name = "count"
    identifiable = (
        "every train output is a bar of the colour that is counted, and unless row and column answer every test alike "
        "a train output is longer than one cell"
    )
    forms = ("row", "column")
    roles = 2

    def grid(self, rng, sides, rule, others):
        """One to as many cells of the counted colour as the longer side has, among some of two others."""
        grid = sparse(rng, sides, rule.background, others[:2], 0.2)
        counted = drawn(rng, (1, max(sides)))
        grid.reshape(-1)[rng.permutation(grid.size)[:counted]] = rule.colours[1]
        return grid

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The bar; None for a grid without the counted colour, or with more of it than a grid may be long."""
        counted = int((grid == rule.colours[1]).sum())
        if not 1 <= counted <= LARGEST_SIDE:
            return None
        return empty((1, counted) if rule.form == "row" else (counted, 1), rule.colours[1])


class Commonest(RuleFamily):
    """One cell, of the colour that most cells have beside the background, or fewest."""

    name = "commonest"
    identifiable = (
        "in every input one colour has most cells and another one fewest, and train pairs show which is meant"
    )
    forms = ("most", "fewest")

    def grid(self, rng, sides, rule, others):
        """Two to four colours, no two of which tie for most or fewest."""
        grid = sparse(rng, sides, rule.background, others[: drawn(rng, (2, 4))], 0.5)
        return grid if len({self.extreme(grid, rule, form) for form in self.forms} - {None}) == 2 else None

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The cell; None where colours tie."""
        colour = self.extreme(grid, rule, rule.form)
        return None if colour is None else empty((1, 1), colour)

    @staticmethod
    def extreme(grid: Grid, rule: Rule, form: str) -> int | None:
        """The colour with most or fewest cells; None where there is none, or more than one."""
        cells = np.bincount(grid.reshape(-1), minlength=COLOURS)
        cells[rule.background] = 0
        there = np.flatnonzero(cells)
        if not len(there):
            return None
        many = cells[there].max() if form == "most" else cells[there].min()
        found = there[cells[there] == many]
        return int(found[0]) if len(found) == 1 else None
