"""Grids with a line of text above each, side by side, in as many rows as they need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arc_context.pictures.grids import MIDDLE, grid_shapes, missing_shapes
from arc_context.pictures.scene import Scene, Shape, Words, joined
from arc_context.tasks.grid import Grid

GAP = 1.0
LABEL = 1.0
"""Room of the text above a grid."""
WIDEST = 44.0
"""Cells beside each other before another row begins."""
LETTER = 0.45
"""About how wide a letter is."""


@dataclass(frozen=True, eq=False)
class Block:
    """Grids one above the other with one line of text; None is a grid of `missing` rows and columns."""

    text: str
    grids: tuple[Grid | None, ...]
    missing: tuple[int, int] = (1, 1)
    digit: tuple[float, float] = MIDDLE

    @property
    def sides(self) -> list[tuple[int, int]]:
        """Rows and columns of each grid."""
        return [self.missing if grid is None else grid.shape for grid in self.grids]  # pyright: ignore

    @property
    def width(self) -> float:
        """Of all of it."""
        return max(LETTER * len(self.text), *(float(columns) for _, columns in self.sides))

    @property
    def height(self) -> float:
        """Of all of it."""
        return LABEL + sum(rows for rows, _ in self.sides) + 0.5 * (len(self.grids) - 1)

    def places(self, x: float, y: float) -> list[tuple[float, float]]:
        """The upper left corner of each grid, where the block begins at x, y."""
        found, down = [], y + LABEL
        for rows, _ in self.sides:
            found.append((x, down))
            down += rows + 0.5
        return found


@dataclass(frozen=True, eq=False)
class Placed:
    """Blocks and where their grids begin."""

    blocks: tuple[Block, ...]
    starts: tuple[tuple[float, float], ...]

    @property
    def places(self) -> list[list[tuple[float, float]]]:
        """Upper left corners by block and grid."""
        return [block.places(*start) for block, start in zip(self.blocks, self.starts, strict=True)]

    @property
    def scene(self) -> Scene:
        """All grids and their texts."""
        width = max(x + block.width for block, (x, _) in zip(self.blocks, self.starts, strict=True))
        height = max(y + block.height for block, (_, y) in zip(self.blocks, self.starts, strict=True))
        shapes = joined(map(_shapes, self.blocks, self.starts))
        return Scene(tuple(shapes), width + 0.2, height + 0.2)


def placed(blocks: Sequence[Block], widest: float = WIDEST) -> Placed:
    """Blocks side by side, in rows of at most so many cells."""
    x = y = 0.1
    starts, tallest = [], 0.0
    for block in blocks:
        if starts and x > 0.1 and x + block.width > widest:
            x, y, tallest = 0.1, y + tallest + GAP, 0.0
        starts.append((x, y))
        x, tallest = x + block.width + GAP, max(tallest, block.height)
    return Placed(tuple(blocks), tuple(starts))


def _shapes(block: Block, start: tuple[float, float]) -> Iterator[Shape]:
    yield Words(start[0], start[1] + 0.7, block.text)
    for grid, sides, (x, y) in zip(block.grids, block.sides, block.places(*start), strict=True):
        yield from missing_shapes(*sides, x, y) if grid is None else grid_shapes(grid, x, y, block.digit)
