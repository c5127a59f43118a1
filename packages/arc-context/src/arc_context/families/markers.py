"""Families whose answer hangs on one marked cell: the only one of its colour in its grid."""

from functools import cache

import numpy as np
from jaxtyping import Bool, Int64

from arc_context.configuration import FamiliesConfig
from arc_context.tasks.grid import COLOURS, Grid
from arc_context.tasks.task import Task

from .drawing import boxes, drawn, empty, sparse
from .gravity import DIRECTIONS
from .regions import regions
from .rules import Rule, RuleFamily


class Marked(RuleFamily):
    """The rule names background and marker; no other colour has a single cell in any input."""

    roles = 2

    def grid(self, rng, sides, rule, others):
        """The marker among scattered cells of two colours."""
        grid = sparse(rng, sides, rule.background, others[:2], 0.25)
        grid[drawn(rng, (0, sides[0] - 1)), drawn(rng, (0, sides[1] - 1))] = rule.colours[1]
        return without_single_cells(grid, rule)

    def markers(self, task: Task, test: int) -> Bool[np.ndarray, "height width"]:
        """The cell whose colour has one cell in every input."""
        single = np.all([cells_of(pair.input) == 1 for pair in (*task.train, *task.test)], axis=0)
        return single[task.test[test].input]


class LineFromMarker(Marked):
    """A line of the marker's colour runs from the marker to the edge."""

    name = "line_from_marker"
    identifiable = (
        "the marker is the only cell of its colour in every input, and of the four directions those that fit the train "
        "pairs answer every test alike"
    )
    forms = tuple(DIRECTIONS)

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The grid with its line; None where there is no marker."""
        view = DIRECTIONS[rule.form]
        seen = view.turned(grid)
        row, column = place_of(seen, rule.colours[1])
        if row is None:
            return None
        drawn_on = seen.copy()
        drawn_on[row:, column] = rule.colours[1]
        return view.turned_back(drawn_on)


class CrossAtMarker(Marked):
    """Row and column of the marker, or its two diagonals, take its colour."""

    name = "cross_at_marker"
    identifiable = (
        "the marker is the only cell of its colour in every input, and of the two crosses those that fit the train "
        "pairs answer every test alike"
    )
    forms = ("upright", "diagonal")

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The grid with its cross; None where there is no marker."""
        row, column = place_of(grid, rule.colours[1])
        if row is None:
            return None
        down, right = (
            np.abs(np.arange(side) - at) for side, at in zip(grid.shape, (row, column), strict=True)
        )
        crossed = (
            np.equal.outer(down, right) if rule.form == "diagonal" else ~np.logical_and.outer(down, right)
        )
        return np.where(crossed, np.int8(rule.colours[1]), grid)


class FillFromMarker(Marked):
    """The object that holds the marker takes its colour."""

    name = "fill_from_marker"
    identifiable = "the marker is the only cell of its colour in every input, and it stands in one object"

    def span(self, limits: FamiliesConfig, rule: Rule) -> tuple[int, int]:
        """Wide enough for two objects that do not touch."""
        return max(5, limits.sides[0]), limits.sides[1]

    def grid(self, rng, sides, rule, others):
        """Two rectangles or more, of two colours; the marker is a cell of the first one."""
        grid, found = empty(sides, rule.background), boxes(rng, sides, 4, (2, 4))
        if len(found) < 2:
            return None
        for box in found:
            grid[box] = others[drawn(rng, (0, 1))]
        rows, columns = found[0]
        marker = drawn(rng, (rows.start, rows.stop - 1)), drawn(rng, (columns.start, columns.stop - 1))
        grid[marker] = rule.colours[1]
        return without_single_cells(grid, rule)

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The grid with the object in the marker's colour; None where there is no marker."""
        row, column = place_of(grid, rule.colours[1])
        if row is None:
            return None
        objects = regions(grid != rule.background)
        return np.where(objects == objects[row, column], np.int8(rule.colours[1]), grid)


class CopyToMarker(Marked):
    """A pattern of three by three cells is copied so that its middle comes upon the marker."""

    name = "copy_to_marker"
    identifiable = (
        "the marker is the only cell of its colour in every input, and all else that is no background is the pattern, "
        "whose middle is that of its three rows and columns"
    )

    def span(self, limits: FamiliesConfig, rule: Rule) -> tuple[int, int]:
        """Wide enough for the pattern and a marker beside it."""
        return max(5, limits.sides[0]), limits.sides[1]

    def grid(self, rng, sides, rule, others):
        """The pattern in one or two colours, and the marker beyond it."""
        grid = empty(sides, rule.background)
        shape = patterns()[drawn(rng, (0, len(patterns()) - 1))]
        top, left = (drawn(rng, (0, side - 3)) for side in sides)
        colours = np.array(others[: drawn(rng, (1, 2))], dtype=np.int8)
        grid[top : top + 3, left : left + 3][shape] = colours[rng.integers(len(colours), size=shape.sum())]
        row, column = (drawn(rng, (0, side - 1)) for side in sides)
        if top - 1 <= row <= top + 3 and left - 1 <= column <= left + 3:
            return None
        grid[row, column] = rule.colours[1]
        return grid if (cells_of(grid) == 1).sum() == 1 else None

    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """The grid with the copy, as far as it is within; None where there is no marker, or no such pattern."""
        row, column = place_of(grid, rule.colours[1])
        rows, columns = np.nonzero((grid != rule.background) & (grid != rule.colours[1]))
        if row is None or not len(rows) or np.ptp(rows) != 2 or np.ptp(columns) != 2:
            return None
        down, right = rows - rows.min() - 1 + row, columns - columns.min() - 1 + column
        within = (down >= 0) & (down < grid.shape[0]) & (right >= 0) & (right < grid.shape[1])
        copied = grid.copy()
        copied[down[within], right[within]] = grid[rows, columns][within]
        return copied


@cache
def patterns() -> tuple[Bool[np.ndarray, "3 3"], ...]:
    """The patterns of three by three that hold together, fill all rows and columns, and hold their middle."""
    every = (
        np.unpackbits(np.array([number // 256, number % 256], dtype=np.uint8))[7:] for number in range(512)
    )
    shapes = (bits.reshape(3, 3).astype(bool) for bits in every)
    return tuple(
        shape
        for shape in shapes
        if shape[1, 1] and shape.any(axis=0).all() and shape.any(axis=1).all() and regions(shape).max() == 1
    )


def cells_of(grid: Grid) -> Int64[np.ndarray, "10"]:
    """How many cells each colour has."""
    return np.bincount(grid.reshape(-1), minlength=COLOURS)


def without_single_cells(grid: Grid, rule: Rule) -> Grid | None:
    """The grid without the cells of other colours than the marker's that stand alone; None if the background does."""
    single = cells_of(grid) == 1
    single[rule.colours[1]] = False
    grid[single[grid]] = rule.background
    return grid if (grid == rule.background).sum() > 1 else None


def place_of(grid: Grid, colour: int) -> tuple[int, int] | tuple[None, None]:
    """Row and column of the only cell of a colour; None of both where there is not exactly one."""
    places = np.flatnonzero(grid == colour)
    if len(places) != 1:
        return None, None
    row, column = divmod(int(places[0]), grid.shape[1])
    return row, column
