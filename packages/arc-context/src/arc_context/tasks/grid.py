"""What a grid is, and what is refused."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int8

from arc_context.errors import ArcError

Grid = Int8[np.ndarray, "_height _width"]
"""Colours 0 to 9, 1 to 30 cells to each side."""

COLOURS = 10
LARGEST_SIDE = 30


def grid_of(values: Any, where: str) -> Grid:
    """The grid that nested lists or an array of whole numbers write down, as a new array.

    Rows and columns are counted from 0 in what is said, as in JSON; `where` names the grid, such as "task 007bbfb7,
    train 2 input", its third train pair.

    Raises:
        ArcError: no rows, rows of different lengths, more than 30 to a side, or a cell that is no colour.
    """
    rows = values.tolist() if isinstance(values, np.ndarray) else values
    if not _is_list(rows) or not rows or not all(map(_is_list, rows)):
        raise ArcError(f"{where}: expected a list of rows of colours, got {_shown(rows)}")
    width = len(rows[0])
    for number, row in enumerate(rows):
        if len(row) != width:
            raise ArcError(f"{where}, row {number}: expected {width} cells as in row 0, got {len(row)}")
    if not 1 <= width <= LARGEST_SIDE or len(rows) > LARGEST_SIDE:
        raise ArcError(f"{where}: expected 1 to {LARGEST_SIDE} cells to each side, got {len(rows)} × {width}")
    for number, row in enumerate(rows):
        _check_row(row, f"{where}, row {number}")
    return np.array(rows, dtype=np.int8)


def check_grid(grid: np.ndarray, where: str) -> None:
    """Check an array that is said to be a grid.

    Raises:
        ArcError: as `grid_of`; and it is not of int8.
    """
    if grid.dtype != np.int8:
        raise ArcError(f"{where}: expected an array of int8, got {grid.dtype}; arc_context.grid_of makes one")
    shaped = grid.ndim == 2 and min(grid.shape) > 0 and max(grid.shape) <= LARGEST_SIDE
    if not (shaped and grid.min() >= 0 and grid.max() < COLOURS):
        grid_of(grid, where)


def _check_row(row: Sequence, where: str) -> None:
    if set(map(type, row)) == {int} and min(row) >= 0 and max(row) < COLOURS:
        return
    for column, colour in enumerate(row):
        if type(colour) is not int or not 0 <= colour < COLOURS:  # True is an int, and no colour
            raise ArcError(
                f"{where}, column {column}: expected a whole number of 0 to {COLOURS - 1}, got {_shown(colour)}"
            )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]} …"
