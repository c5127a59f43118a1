"""A family that draws lines between points."""

import numpy as np

from arc_context.tasks.grid import Grid

from .drawing import drawn, empty
from .rules import Rule, RuleFamily


class Connect(RuleFamily):
    """Neighbouring points of one row, or of one column, are joined by a line of a colour."""

    name = "connect"
    identifiable = (
        "some train pair has two points in a row and some in a column, or both forms answer every test alike; train "
        "outputs show the colour of lines"
    )
    forms = ("row", "column")
    roles = 2

    def grid(self, rng, sides, rule, others):
        """Four to six points of one colour."""
        grid = empty(sides, rule.background)
        grid.reshape(-1)[rng.permutation(grid.size)[: drawn(rng, (4, 6))]] = others[0]
        return grid if (self.output(grid, rule) == rule.colours[1]).any() else None

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid with its lines: background between two points."""
        rows = grid if rule.form == "row" else grid.T
        points = rows != rule.background
        before = np.logical_or.accumulate(points, axis=1)
        after = np.logical_or.accumulate(points[:, ::-1], axis=1)[:, ::-1]
        joined = np.where(before & after & ~points, np.int8(rule.colours[1]), rows)
        return np.ascontiguousarray(joined if rule.form == "row" else joined.T)
