"""What a rule may ask of one grid. A question whose answer would hang on the order of colours has none."""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Bool
from scipy import ndimage

from arc_context.augmentation import View
from arc_context.tasks.grid import COLOURS, Grid

Mask = Bool[np.ndarray, "_height _width"]
Operation = Callable[[Grid], Grid | None]
"""Makes a grid of a grid; None where it cannot be applied."""


SYMMETRIES: dict[str, Callable[[Grid], Grid]] = {
    "as it is": View(0).turned,
    "turned by 180°": View(2).turned,
    "mirrored left and right": View(4).turned,
    "mirrored up and down": View(6).turned,
    "transposed": View(5).turned,
    "transposed about the other diagonal": View(7).turned,
    "turned by 90°": View(1).turned,
    "turned by 270°": View(3).turned,
}
"""The eight symmetries of a square."""


def by_count(grid: Grid) -> list[int]:
    """Its colours, the commonest first; without those that are as common as another."""
    counts = np.bincount(grid.ravel(), minlength=COLOURS).tolist()
    present = [colour for colour in range(COLOURS) if counts[colour]]
    return [
        colour
        for colour in sorted(present, key=lambda each: -counts[each])
        if counts.count(counts[colour]) == 1
    ]


def background(grid: Grid) -> int | None:
    """The commonest colour; None where two are."""
    counts = np.bincount(grid.ravel(), minlength=COLOURS)
    commonest = np.flatnonzero(counts == counts.max())
    return int(commonest[0]) if len(commonest) == 1 else None


def rarest(grid: Grid) -> int | None:
    """The least common of several colours; None where two are."""
    counts = np.bincount(grid.ravel(), minlength=COLOURS)
    least = np.flatnonzero(counts == counts[counts > 0].min())
    return int(least[0]) if len(least) == 1 and (counts > 0).sum() > 1 else None


def box(mask: Mask) -> tuple[slice, slice] | None:
    """The smallest rectangle that holds all True cells; None without one."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def cut(grid: Grid, mask: Mask) -> Grid | None:
    """The part of a grid in the box of a mask."""
    found = box(mask)
    return None if found is None else grid[found]


def objects(grid: Grid, one_colour: bool) -> Iterator[tuple[Grid, Mask]]:
    """Connected pieces that are not background, corners counted: each the grid in its box, and its own cells there.

    With `one_colour` cells of different colours are never of one piece. None where the background is not clear.
    """
    ground = background(grid)
    if ground is None:
        return
    others = [grid == colour for colour in range(COLOURS) if colour != ground]
    for mask in others if one_colour else [grid != ground]:
        labels, _ = ndimage.label(mask, np.ones((3, 3)))  # pyright: ignore[reportGeneralTypeIssues]
        for number, place in enumerate(ndimage.find_objects(labels), 1):
            yield grid[place], labels[place] == number
