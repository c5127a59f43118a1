"""What families draw from: sides, colours, and grids of cells."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int8

from arc_context.configuration import FamiliesConfig
from arc_context.tasks.grid import COLOURS, Grid


def drawn(rng: np.random.Generator, span: tuple[int, int]) -> int:
    """A whole number from the first to the last of a span."""
    return int(rng.integers(span[0], span[1] + 1))


def drawn_sides(rng: np.random.Generator, span: tuple[int, int]) -> tuple[int, int]:
    """Height and width, each drawn by itself."""
    height, width = rng.integers(span[0], span[1] + 1, size=2).tolist()
    return height, width


def drawn_palette(rng: np.random.Generator, limits: FamiliesConfig) -> Int8[np.ndarray, "colours"]:
    """All colours in random order, the background first; it is 0 where the limits say so, else any."""
    palette = rng.permutation(COLOURS).astype(np.int8)
    if limits.background == "zero":
        palette[palette == 0] = palette[0]
        palette[0] = 0
    return palette


def speckled(
    rng: np.random.Generator, colours: Int8[np.ndarray, "colours"], shape: tuple[int, ...]
) -> Int8[np.ndarray, "..."]:
    """Cells of colours drawn independently, all equally likely."""
    return colours[rng.integers(len(colours), size=shape)]


def sparse(
    rng: np.random.Generator,
    sides: tuple[int, int],
    background: int,
    colours: Sequence[int],
    share: float = 0.35,
) -> Grid:
    """A background with that share of its cells in other colours, drawn independently."""
    cells = speckled(rng, np.array(colours, dtype=np.int8), sides)
    cells[rng.random(sides) >= share] = background
    return cells


def empty(sides: tuple[int, int], background: int) -> Grid:
    """Nothing but background."""
    return np.full(sides, background, dtype=np.int8)


def boxes(
    rng: np.random.Generator, sides: tuple[int, int], most: int, span: tuple[int, int]
) -> list[tuple[slice, slice]]:
    """Up to `most` rectangles whose sides are within a span, none of which touches another, not even at a corner."""
    found: list[tuple[slice, slice]] = []
    taken = np.zeros(sides, dtype=bool)
    for _ in range(3 * most):
        height, width = (min(drawn(rng, span), side) for side in sides)
        top, left = drawn(rng, (0, sides[0] - height)), drawn(rng, (0, sides[1] - width))
        around = taken[max(top - 1, 0) : top + height + 1, max(left - 1, 0) : left + width + 1]
        if len(found) < most and not around.any():
            found.append((slice(top, top + height), slice(left, left + width)))
            taken[found[-1]] = True
    return found
