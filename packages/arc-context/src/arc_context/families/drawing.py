"""What families draw from: sides, colours, and grids of cells."""

import numpy as np
from jaxtyping import Int8

from arc_context.configuration import FamiliesConfig

COLOURS = 10


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
