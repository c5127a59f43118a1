"""A grid as shapes: its colours, a digit in every cell, and marks that can be seen on all of them."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from arc_context.pictures.colours import LINES, PALETTE
from arc_context.pictures.scene import Box, Digits, Lattice, Shape
from arc_context.tasks.grid import Grid

MIDDLE, CORNER = (0.5, 0.56), (0.29, 0.34)
"""Where in a cell its digit is, and how large: by itself, and where a mark needs the rest of the cell."""


def grid_shapes(grid: Grid, x: float, y: float, digit: tuple[float, float] = MIDDLE) -> Iterator[Shape]:
    """A grid whose upper left corner is at x, y."""
    for row, colours in enumerate(grid.tolist()):
        column = 0
        for colour, run in groupby(colours):
            length = len(list(run))
            yield Box(x + column, y + row, float(length), 1.0, fill=PALETTE[colour][0])
            column += length
    yield Lattice(x, y, *grid.shape)
    for colour in np.unique(grid).tolist():
        rows, columns = np.nonzero(grid == colour)
        across, down = ((each + digit[0]).tolist() for each in (x + columns, y + rows))
        yield Digits(colour, tuple(across), tuple(down), PALETTE[colour][1], digit[1])


def missing_shapes(rows: int, columns: int, x: float, y: float) -> Iterator[Shape]:
    """The frame of a grid that is not known."""
    yield Box(x, y, float(columns), float(rows), stroke=LINES, line=0.06, dashed=True)


def chosen_shapes(x: float, y: float) -> Iterator[Shape]:
    """Around a cell that was chosen: black within white, so that no colour hides it."""
    yield Box(x - 0.06, y - 0.06, 1.12, 1.12, stroke="#ffffff", line=0.24)
    yield Box(x - 0.06, y - 0.06, 1.12, 1.12, stroke="#000000", line=0.13)


def settling_shapes(x: float, y: float) -> Iterator[Shape]:
    """Around a cell that settles another one: dashes of black on white, clear of a digit in the corner."""
    yield Box(x + 0.04, y + 0.04, 0.92, 0.92, stroke="#ffffff", line=0.08)
    yield Box(x + 0.04, y + 0.04, 0.92, 0.92, stroke="#000000", line=0.06, dashed=True)
