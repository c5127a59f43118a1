"""Operations whose numbers are read off a task's train pairs: sizes, blocks, and tables of parts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from arc_context.baselines.grids import SYMMETRIES, Operation, background
from arc_context.baselines.operations import enlarged, then
from arc_context.tasks.grid import LARGEST_SIDE, Grid

Shown = Sequence[tuple[Grid, Grid]]
"""Inputs and outputs of train pairs."""

KINDS_OF_SYMMETRY = (
    ("as it is",),
    ("turned by 180°",),
    ("mirrored left and right", "mirrored up and down"),
    ("transposed", "transposed about the other diagonal"),
    ("turned by 90°", "turned by 270°"),
)
"""Symmetries that become each other when a whole task is turned or mirrored; the simplest first."""

ARRANGEMENTS = ((1, 2), (2, 1), (1, 3), (3, 1), (2, 2), (1, 4), (4, 1), (3, 3))
"""Rows and columns of parts that an input may consist of."""


def fitted_operations(shown: Shown) -> Iterator[Operation]:
    """Every operation whose numbers the pairs give; that it fits them is for the caller to see."""
    yield from resized(shown)
    yield from of_parts(shown)


def resized(shown: Shown) -> Iterator[Operation]:
    """Enlarging, reducing, and blocks of symmetric copies, by the ratio of sizes that all pairs share."""
    ratios = {tuple(map(Fraction, output.shape, given.shape)) for given, output in shown}
    if len(ratios) != 1 or (ratio := ratios.pop()) == (1, 1):
        return
    rows, columns = ratio
    if rows.denominator == columns.denominator == 1:
        yield fitting_size(int(rows), int(columns), lambda grid: enlarged(grid, int(rows), int(columns)))
        if copies := arrangement(shown, int(rows), int(columns)):
            yield fitting_size(int(rows), int(columns), copies)
    if rows.numerator == columns.numerator == 1:
        yield reduced(rows.denominator, columns.denominator)


def fitting_size(rows: int, columns: int, operation: Operation) -> Operation:
    """An operation that multiplies sides, where the result is no longer than a grid may be."""
    return lambda grid: (
        operation(grid) if max(grid.shape[0] * rows, grid.shape[1] * columns) <= LARGEST_SIDE else None
    )


def reduced(rows: int, columns: int) -> Operation:
    """One cell for each block that has one colour."""

    def operation(grid: Grid) -> Grid | None:
        few = grid[::rows, ::columns]
        whole = grid.shape == (few.shape[0] * rows, few.shape[1] * columns)
        return few if whole and (enlarged(few, rows, columns) == grid).all() else None

    return operation


def arrangement(shown: Shown, rows: int, columns: int) -> Operation | None:
    """The output as blocks, each a symmetric copy of the input, or background; the same block in every pair."""
    chosen = [block_of(shown, row, column) for row, column in product(range(rows), range(columns))]
    if None in chosen:
        return None

    def operation(grid: Grid) -> Grid | None:
        blocks = [copy_of(grid, name) for name in chosen]  # pyright: ignore[reportArgumentType]
        if any(block is None or block.shape != grid.shape for block in blocks):
            return None
        return np.block([blocks[row * columns : (row + 1) * columns] for row in range(rows)])  # pyright: ignore[reportCallIssue, reportArgumentType]

    return operation


def block_of(shown: Shown, row: int, column: int) -> str | None:
    """The simplest copy that a block is in all pairs; None where there is none, or two are as simple."""
    for kind in (*KINDS_OF_SYMMETRY, ("background",)):
        fits = [name for name in kind if all(is_block(*pair, row, column, name) for pair in shown)]
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def is_block(given: Grid, output: Grid, row: int, column: int, name: str) -> bool:
    """Whether a block of the output is that copy of the input."""
    height, width = given.shape
    block = output[row * height : (row + 1) * height, column * width : (column + 1) * width]
    copy = copy_of(given, name)
    return copy is not None and np.array_equal(copy, block)


def copy_of(grid: Grid, name: str) -> Grid | None:
    """A symmetric copy, or as many background cells."""
    if name != "background":
        return SYMMETRIES[name](grid)
    ground = background(grid)
    return None if ground is None else np.full_like(grid, ground)


def of_parts(shown: Shown) -> Iterator[Operation]:
    """One of the parts that an input consists of, the odd one, or a table from the parts' cells to the output's."""
    for (rows, columns), gap in product(ARRANGEMENTS, (0, 1)):
        apart = [parts(given, rows, columns, gap) for given, _ in shown]
        if not all(each and fits(each[0], output) for each, (_, output) in zip(apart, shown, strict=True)):
            continue
        for number, turn in product(range(rows * columns), SYMMETRIES.values()):
            yield then(part(rows, columns, gap, number), turn)
        if rows * columns > 2:
            yield odd_part(rows, columns, gap)
        if table := table_of(apart, [output for _, output in shown]):
            yield by_table(rows, columns, gap, table)


def fits(piece: Grid, output: Grid) -> bool:
    """Whether the output is as large, turned or not."""
    return sorted(piece.shape) == sorted(output.shape)


def parts(grid: Grid, rows: int, columns: int, gap: int) -> list[Grid]:
    """Equal parts with `gap` cells between them, row after row; none where the grid does not divide so."""
    height, rest = divmod(grid.shape[0] - (rows - 1) * gap, rows)
    width, more = divmod(grid.shape[1] - (columns - 1) * gap, columns)
    if rest or more or height < 1 or width < 1:
        return []
    down, across = height + gap, width + gap
    return [
        grid[row * down : row * down + height, column * across : column * across + width]
        for row, column in product(range(rows), range(columns))
    ]


def part(rows: int, columns: int, gap: int, number: int) -> Operation:
    """One of the parts."""

    def operation(grid: Grid) -> Grid | None:
        found = parts(grid, rows, columns, gap)
        return found[number] if found else None

    return operation


def odd_part(rows: int, columns: int, gap: int) -> Operation:
    """The part that is unlike all others, which are alike."""

    def operation(grid: Grid) -> Grid | None:
        found = parts(grid, rows, columns, gap)
        counts = Counter(each.tobytes() for each in found)
        alone = [each for each in found if counts[each.tobytes()] == 1]
        return alone[0] if len(counts) == 2 and len(alone) == 1 else None

    return operation


def table_of(apart: Sequence[Sequence[Grid]], outputs: Sequence[Grid]) -> dict[tuple[int, ...], int] | None:
    """From the colours at one place of all parts to the output's there; None where the pairs contradict each other."""
    table: dict[tuple[int, ...], int] = {}
    for found, output in zip(apart, outputs, strict=True):
        if found[0].shape != output.shape:
            return None
        for key, colour in zip(cells_of(found), output.ravel().tolist(), strict=True):
            if table.setdefault(key, colour) != colour:
                return None
    return table


def by_table(rows: int, columns: int, gap: int, table: dict[tuple[int, ...], int]) -> Operation:
    """Look every place up; None where one was never shown."""

    def operation(grid: Grid) -> Grid | None:
        found = parts(grid, rows, columns, gap)
        told = [table.get(key) for key in cells_of(found)] if found else [None]
        return None if None in told else np.array(told, np.int8).reshape(found[0].shape)

    return operation


def cells_of(found: Sequence[Grid]) -> list[tuple[int, ...]]:
    """The colours at each place, over all parts."""
    return list(map(tuple, np.stack(found, -1).reshape(-1, len(found)).tolist()))
