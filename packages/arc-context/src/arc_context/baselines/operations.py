"""Operations on one grid, with nothing in them that is fitted.

They were chosen knowing the tasks of ARC-AGI-1's training split, so that figures on it flatter them.
"""

from collections import Counter
from collections.abc import Callable

import numpy as np

from arc_context.baselines.grids import (
    SYMMETRIES,
    Mask,
    Operation,
    background,
    by_count,
    cut,
    objects,
    rarest,
)
from arc_context.tasks.grid import LARGEST_SIDE, Grid


def of_foreground(grid: Grid) -> Grid | None:
    """Cut out all that is not background."""
    ground = background(grid)
    return None if ground is None else cut(grid, grid != ground)


def of_rarest(grid: Grid) -> Grid | None:
    """Cut out the box of the least common colour."""
    colour = rarest(grid)
    return None if colour is None else cut(grid, grid == colour)


def of_common(rank: int) -> Operation:
    """Cut out the box of the commonest colour, or of the next ones."""

    def operation(grid: Grid) -> Grid | None:
        colours = by_count(grid)
        return cut(grid, grid == colours[rank]) if len(colours) > rank else None

    return operation


def of_object(choose: Callable[[list[int]], int], one_colour: bool) -> Operation:
    """Cut out the object whose number of cells is chosen, where it is the only one."""

    def operation(grid: Grid) -> Grid | None:
        found = list(objects(grid, one_colour))
        sizes = [int(mask.sum()) for _, mask in found]
        if not sizes or sizes.count(choose(sizes)) != 1:
            return None
        return found[sizes.index(choose(sizes))][0]

    return operation


def of_odd_object(one_colour: bool) -> Operation:
    """Cut out the one object whose shape is like no other."""

    def operation(grid: Grid) -> Grid | None:
        found = list(objects(grid, one_colour))
        shapes = [shape_of(mask) for _, mask in found]
        alone = [number for number, count in enumerate(map(Counter(shapes).get, shapes)) if count == 1]
        return found[alone[0]][0] if len(alone) == 1 and len(shapes) > 1 else None

    return operation


def shape_of(mask: Mask) -> tuple[tuple[int, ...], bytes]:
    """The same for equal masks, and only for these."""
    return mask.shape, mask.tobytes()


def without_repeats(grid: Grid) -> Grid:
    """Leave out rows and columns that are as the one before."""
    rows = np.r_[True, (grid[1:] != grid[:-1]).any(1)]
    columns = np.r_[True, (grid[:, 1:] != grid[:, :-1]).any(0)]
    return grid[rows][:, columns]


def fallen(quarters: int) -> Operation:
    """Let every cell that is not background fall to one side."""

    def operation(grid: Grid) -> Grid | None:
        ground = background(grid)
        if ground is None:
            return None
        turned = np.rot90(grid, quarters)
        order = np.argsort(turned != ground, axis=0, kind="stable")
        return np.rot90(np.take_along_axis(turned, order, 0), -quarters)

    return operation


def in_itself(grid: Grid) -> Grid | None:
    """The grid once in place of each of its cells that is not background (a fractal)."""
    ground = background(grid)
    return None if ground is None else placed(grid, grid != ground, ground)


def in_background(grid: Grid) -> Grid | None:
    """The grid once in place of each of its background cells."""
    ground = background(grid)
    return None if ground is None else placed(grid, grid == ground, ground)


def placed(grid: Grid, where: Mask, ground: int) -> Grid | None:
    """The grid once in place of each True cell, background in place of the others."""
    height, width = grid.shape
    if max(height, width) ** 2 > LARGEST_SIDE:
        return None
    spread = np.kron(where, np.ones(grid.shape, bool)).astype(bool)
    return np.where(spread, np.tile(grid, grid.shape), np.int8(ground))


def as_large_as_colours(grid: Grid) -> Grid | None:
    """Each cell as a square with as many cells to a side as there are colours beside the background."""
    factor = len(np.unique(grid)) - 1
    if background(grid) is None or factor < 1 or max(grid.shape) * factor > LARGEST_SIDE:
        return None
    return enlarged(grid, factor, factor)


def enlarged(grid: Grid, rows: int, columns: int) -> Grid:
    """Each cell as a block of so many rows and columns."""
    return np.kron(grid, np.ones((rows, columns), np.int8))


CUTS: dict[str, Operation] = {
    "foreground": of_foreground,
    "rarest colour": of_rarest,
    "commonest colour": of_common(0),
    "second commonest colour": of_common(1),
    "third commonest colour": of_common(2),
    **{
        f"{size} object{told}": of_object(choose, one_colour)
        for size, choose in (("largest", max), ("smallest", min))
        for told, one_colour in (("", False), (" of one colour", True))
    },
    "odd object": of_odd_object(False),
    "odd object of one colour": of_odd_object(True),
}
OTHERS: dict[str, Operation] = {
    "without repeats": without_repeats,
    **{f"fallen to side {quarters}": fallen(quarters) for quarters in range(4)},
    "in itself": in_itself,
    "in its background": in_background,
    "as large as its colours": as_large_as_colours,
}


def then(first: Operation, second: Callable[[Grid], Grid]) -> Operation:
    """One operation after another."""

    def operation(grid: Grid) -> Grid | None:
        between = first(grid)
        return None if between is None else second(between)

    return operation


OPERATIONS: dict[str, Operation] = {
    **SYMMETRIES,
    **OTHERS,
    **{
        f"{name}, {symmetry}": then(operation, turn)
        for name, operation in CUTS.items()
        for symmetry, turn in SYMMETRIES.items()
    },
}
"""Every operation that is tried as it stands, by what it does."""
