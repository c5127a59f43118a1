"""Families that move, repeat or enlarge the whole grid."""

from collections.abc import Iterator

import numpy as np

from arc_context.augmentation import View
from arc_context.configuration import FamiliesConfig
from arc_context.tasks.grid import Grid

from .drawing import sparse
from .rules import Rule, RuleFamily


class Symmetry(RuleFamily):
    """A symmetry of the square, of which the support leaves one of eight."""

    identifiable = (
        "of the eight symmetries of the square those that fit the train pairs answer every test alike"
    )
    told_from = tuple(range(8))

    def grid(self, rng, sides, rule, others):
        """Scattered cells of four colours."""
        return sparse(rng, sides, rule.background, others[:4])

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid turned, or mirrored."""
        return np.ascontiguousarray(View(rule.form).turned(grid))


class Rotate(Symmetry):
    """The grid turned by one, two or three quarters."""

    name = "rotate"
    forms = (1, 2, 3)


class Mirror(Symmetry):
    """The grid mirrored left to right, upside down, or about a diagonal."""

    name = "mirror"
    forms = (4, 5, 6, 7)


class MirrorRecolour(Mirror):
    """The grid mirrored, and its one colour replaced by another."""

    name = "mirror_recolour"
    identifiable = (
        "of the eight symmetries those that fit the train pairs answer every test alike, and every train pair shows "
        "both colours"
    )
    roles = 3

    def grid(self, rng, sides, rule, others):
        """Scattered cells of one colour."""
        grid = sparse(rng, sides, rule.background, rule.colours[1:2])
        return grid if (grid == rule.colours[1]).any() else None

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The mirrored grid in the other colour."""
        return super().output(np.where(grid == rule.colours[1], np.int8(rule.colours[2]), grid), rule)


class Translate(RuleFamily):
    """Everything moves by one step, or by two along an axis; background follows, and what leaves the grid is lost."""

    name = "translate"
    identifiable = "of the twelve moves those that fit the train pairs answer every test alike"
    forms = (
        *((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right),
        *((-2, 0), (2, 0), (0, -2), (0, 2)),
    )

    def grid(self, rng, sides, rule, others):
        """Scattered cells of four colours."""
        return sparse(rng, sides, rule.background, others[:4])

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid moved."""
        moved = np.full_like(grid, rule.background)
        here, there = (tuple(map(slice, *ends)) for ends in _ends(rule.form, grid.shape))
        moved[there] = grid[here]
        return moved


def _ends(steps: tuple[int, int], shape: tuple[int, ...]) -> Iterator[tuple[list[int], list[int]]]:
    """First and last row and column of what stays in the grid: before it moves, and after."""
    for sign in (-1, 1):
        first = [max(sign * step, 0) for step in steps]
        last = [
            max(side + min(sign * step, 0), begin)
            for side, step, begin in zip(shape, steps, first, strict=True)
        ]
        yield first, last


class Tile(RuleFamily):
    """The grid stands twice side by side, twice one below the other, or both."""

    name = "tile"
    identifiable = "the sizes of the train pairs tell the number of copies"
    forms = ((1, 2), (2, 1), (2, 2))

    def span(self, limits: FamiliesConfig, rule: Rule) -> tuple[int, int]:
        """Half of the limits."""
        return divided(limits.sides, 2)

    def grid(self, rng, sides, rule, others):
        """Scattered cells of four colours."""
        return sparse(rng, sides, rule.background, others[:4], 0.5)

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """Copies of the grid."""
        return np.tile(grid, rule.form)


class Scale(Tile):
    """Every cell becomes a block of cells: 2 × 2, 3 × 3, or stretched along one axis."""

    name = "scale"
    identifiable = "the sizes of the train pairs tell the size of a block"
    forms = ((2, 2), (3, 3), (1, 2), (2, 1))

    def span(self, limits: FamiliesConfig, rule: Rule) -> tuple[int, int]:
        """As much of the limits as the blocks leave."""
        return divided(limits.sides, max(rule.form))

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The enlarged grid."""
        return grid.repeat(rule.form[0], axis=0).repeat(rule.form[1], axis=1)


def divided(sides: tuple[int, int], times: int) -> tuple[int, int]:
    """Sides of inputs whose outputs are that many times as long; outputs stay below the longest side."""
    longest = sides[1] // times
    return max(1, min(sides[0], longest)), longest
