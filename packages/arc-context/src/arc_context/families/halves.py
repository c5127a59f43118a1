"""A family that lays two halves of a grid upon each other."""

import numpy as np
from jaxtyping import Bool

from arc_context.tasks.grid import Grid

from .drawing import sparse
from .rules import Rule, RuleFamily

OPERATIONS = {"both": np.logical_and, "either": np.logical_or, "one": np.logical_xor}


class Halves(RuleFamily):
    """Cells in which both halves of the grid, either, or just one of them have a point, in another colour."""

    name = "halves"
    identifiable = (
        "of the three operations and two ways to halve those that fit the train pairs answer every test alike, and "
        "every train output shows its colours"
    )
    forms = tuple((operation, axis) for operation in OPERATIONS for axis in (0, 1))
    roles = 3

    def grid(self, rng, sides, rule, others):
        """Points of one colour in a grid whose sides are even where it is halved."""
        axis = rule.form[1]
        height, width = (max(2, side - side % 2) if at == axis else side for at, side in enumerate(sides))
        grid = sparse(rng, (height, width), rule.background, rule.colours[1:2], 0.5)
        found = self.laid(grid, rule)
        return grid if found.any() and not found.all() else None

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """Half a grid; None for one that cannot be halved."""
        if grid.shape[rule.form[1]] % 2:
            return None
        return np.where(self.laid(grid, rule), np.int8(rule.colours[2]), np.int8(rule.background))

    @staticmethod
    def laid(grid: Grid, rule: Rule) -> Bool[np.ndarray, "_ _"]:
        """Where the halves have what the operation asks for."""
        operation, axis = rule.form
        return OPERATIONS[operation](*np.split(grid == rule.colours[1], 2, axis=axis))
