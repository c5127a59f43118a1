"""Families about objects: rectangles that do not touch."""

import numpy as np
from jaxtyping import Bool

from arc_context.tasks.grid import Grid

from .drawing import boxes, drawn, empty, speckled
from .regions import regions
from .rules import Rule, RuleFamily


class Crop(RuleFamily):
    """The smallest rectangle that holds all that is not background."""

    name = "crop"
    identifiable = "the background is all around the object of every train pair that is cropped"

    def grid(self, rng, sides, rule, others):
        """One object of three colours and holes, at least two cells to each side where there is room."""
        grid = empty(sides, rule.background)
        (box,) = boxes(rng, sides, 1, (2, max(2, min(5, *sides))))
        colours = np.array([*others[:3], rule.background], dtype=np.int8)
        grid[box] = speckled(rng, colours, grid[box].shape)
        return grid

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """What is cropped; None where all is background."""
        there = grid != rule.background
        if not there.any():
            return None
        rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
        return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()


class SelectObject(RuleFamily):
    """The largest object stays, or the smallest; the others become background."""

    name = "select_object"
    identifiable = (
        "in every input one object is largest and one smallest; train pairs show which of them stays"
    )
    forms = ("largest", "smallest")

    def grid(self, rng, sides, rule, others):
        """Two to four rectangles of three colours, no two of which tie for largest or smallest."""
        grid = empty(sides, rule.background)
        found = boxes(rng, sides, 4, (1, 4))
        areas = sorted(grid[box].size for box in found)
        if len(found) < 2 or areas[0] == areas[1] or areas[-1] == areas[-2]:
            return None
        for box in found:
            grid[box] = others[drawn(rng, (0, 2))]
        return grid

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The grid with one object; None where objects tie."""
        objects = regions(grid != rule.background, corners=True)
        areas = np.bincount(objects.reshape(-1))[1:]
        if not len(areas):
            return None
        chosen = np.flatnonzero(areas == (areas.max() if rule.form == "largest" else areas.min()))
        return (
            np.where(objects == chosen[0] + 1, grid, np.int8(rule.background)) if len(chosen) == 1 else None
        )


class CropSelected(SelectObject):
    """The largest object, or the smallest, and nothing around it."""

    name = "crop_selected"
    identifiable = (
        "in every input one object is largest and one smallest; train pairs show which of them is cropped"
    )

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The object; None where objects tie."""
        selected = super().output(grid, rule)
        return None if selected is None else Crop().output(selected, rule)


class Denoise(RuleFamily):
    """Cells that stand alone become background; objects stay."""

    name = "denoise"
    identifiable = (
        "train outputs show that cells without any neighbour go and rectangles of two by two and more stay"
    )

    def grid(self, rng, sides, rule, others):
        """Up to two rectangles, and single cells that touch nothing."""
        grid = empty(sides, rule.background)
        for box in boxes(rng, sides, 2, (2, 4)):
            grid[box] = others[drawn(rng, (0, 2))]
        for _ in range(grid.size // 8 + 1):
            row, column = (drawn(rng, (0, side - 1)) for side in sides)
            around = grid[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            if (around == rule.background).all():
                grid[row, column] = others[drawn(rng, (0, 2))]
        return grid

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The grid without what stands alone."""
        there = grid != rule.background
        return np.where(there & ~touching(there), np.int8(rule.background), grid)


def touching(there: Bool[np.ndarray, "_ _"]) -> Bool[np.ndarray, "_ _"]:
    """The cells that have a neighbour, at a side or a corner."""
    padded = np.pad(there, 1).astype(np.int8)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).sum(axis=(2, 3), dtype=np.int8)
    return around > there
