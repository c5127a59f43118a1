"""A family that sorts."""

import numpy as np

from arc_context.tasks.grid import Grid

from .drawing import empty
from .rules import Rule, RuleFamily


class SortBars(RuleFamily):
    """Bars that stand on the lower edge are sorted by height, rising or falling to the right."""

    name = "sort_bars"
    identifiable = (
        "no two bars are equally high; of the two orders, those that fit the train pairs answer tests alike"
    )
    forms = ("rising", "falling")

    def grid(self, rng, sides, rule, others):
        """A bar in every column, of any colour but the background, all of different heights."""
        height, width = max(sides), min(sides)
        heights = 1 + rng.permutation(height)[:width]
        colours = np.array(others, dtype=np.int8)[rng.integers(len(others), size=width)]
        rows = np.arange(height)[:, None]
        return np.where(rows >= height - heights, colours, empty((height, width), rule.background))

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The columns in the order of their cells."""
        heights = (grid != rule.background).sum(axis=0)
        order = np.argsort(heights if rule.form == "rising" else -heights, kind="stable")
        return np.ascontiguousarray(grid[:, order])
