"""Families in which cells fall."""

import numpy as np

from arc_context.augmentation import View
from arc_context.tasks.grid import Grid

from .drawing import sparse
from .rules import Rule, RuleFamily

DIRECTIONS = {"down": View(0), "right": View(3), "up": View(2), "left": View(1)}
"""The view in which a direction is down."""


class Gravity(RuleFamily):
    """All cells fall to one side and pile up; those of a column keep their order."""

    name = "gravity"
    identifiable = "of the four directions those that fit the train pairs answer every test alike"
    forms = tuple(DIRECTIONS)

    def grid(self, rng, sides, rule, others):
        """Scattered cells of four colours."""
        return sparse(rng, sides, rule.background, others[:4])

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid after the fall."""
        view = DIRECTIONS[rule.form]
        seen = view.turned(grid)
        order = np.argsort(seen != rule.background, axis=0, kind="stable")
        return view.turned_back(np.take_along_axis(seen, order, axis=0))


class GravityRecolour(Gravity):
    """All cells fall to one side, and take one colour."""

    name = "gravity_recolour"
    identifiable = (
        "of the four directions those that fit the train pairs answer every test alike, and every train output holds "
        "the colour"
    )
    roles = 2

    def grid(self, rng, sides, rule, others):
        """Scattered cells of two colours, one at least."""
        grid = sparse(rng, sides, rule.background, others[:2])
        return grid if (grid != rule.background).any() else None

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid after the fall, in one colour."""
        fallen = super().output(grid, rule)
        fallen[fallen != rule.background] = rule.colours[1]
        return fallen
