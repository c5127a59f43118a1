"""Where every cell of one test input looks, in one model, as plain numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

MEAN = "mean of heads"


@dataclass(frozen=True, eq=False)
class Looks:
    """The support cells that each cell of the canvas attends most, by look and head; the mean of heads is the first.

    Support cells are counted pair by pair, each pair row by row in the frame that all grids are padded to. Where fewer
    are kept than there are, `weights` do not sum to one; what is told of a cell is of all of them.
    """

    names: tuple[str, ...]
    """Of the looks, the first one first."""
    places: Int[np.ndarray, "looks heads cells kept"]
    weights: Float[np.ndarray, "looks heads cells kept"]
    """What each gets, the most first."""
    settling: Float[np.ndarray, "looks heads cells"]
    """The attention on those that settle a cell; NaN where none do."""
    spread: Float[np.ndarray, "looks heads cells"]
    """Of how many equally attended cells the entropy is: exp H."""

    @property
    def heads(self) -> tuple[str, ...]:
        """The mean of all, then each by its number."""
        return (MEAN, *(f"head {number}" for number in range(1, self.places.shape[1])))


@dataclass(frozen=True)
class Anchor:
    """A place that was chosen, and how much it counts."""

    row: int
    column: int
    present: float


def most(parts: Sequence[Looks], look: int, head: int, cell: int) -> float:
    """The largest weight that a cell gives, in any of several models."""
    return max(float(each.weights[look, head, cell].max(initial=0.0)) for each in parts)
