"""Local maxima of scale space, and in which frames rounding may have decided one."""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float32, Int64, UInt8

Indices = Int64[np.ndarray, " n"]
Values = Float32[np.ndarray, " n"]
Cube = Float32[np.ndarray, "time sigmas height width"]

STEPS = [
    np.array(step)
    for step in sorted(
        (step for step in product((-1, 0, 1), repeat=3) if any(step)),
        key=lambda step: (np.abs(step).sum(), [-abs(by) for by in step[::-1]]),
    )
]
"""The 26 neighbours in scale, y and x, those beside it in memory first: they rule most pixels out."""


class Place(NamedTuple):
    """Where pixels of scale space are."""

    frame: Indices
    scale: Indices
    y: Indices
    x: Indices

    def kept(self, rows: np.ndarray) -> "Place":
        """Some of them."""
        return Place(*(axis[rows] for axis in self))


@dataclass(frozen=True, eq=False)
class Peaks:
    """Maxima of scale space and their values."""

    at: Place
    value: Values

    def kept(self, rows: np.ndarray) -> "Peaks":
        """Some of the maxima."""
        return Peaks(self.at.kept(rows), self.value[rows])


def peaks(
    cube: Cube, threshold: float, tolerance: float, exclude_border: int = 0
) -> tuple[Peaks, Bool[np.ndarray, " time"]]:
    """Pixels above the threshold that none of their 26 neighbours exceeds, by frame and falling value.

    Values closer than the tolerance count as equal. Said besides of every frame: whether such a pair decided, so that
    rounding may have.
    """
    time, _, height, width = cube.shape
    flat, value, lead = highest(cube, np.flatnonzero(cube > np.float32(threshold - tolerance)), tolerance)
    at = Place(*(axis.astype(np.int64) for axis in np.unravel_index(flat, cube.shape)))
    near = np.minimum(lead, np.abs(value - np.float32(threshold))) <= tolerance
    doubtful = np.zeros(time, bool)
    doubtful[at.frame[near]] = True
    edge = exclude_border
    inside = (at.y >= edge) & (at.y < height - edge) & (at.x >= edge) & (at.x < width - edge)
    rows = np.flatnonzero(inside)
    rows = rows[np.lexsort((-value[rows], at.frame[rows]))]
    return Peaks(at.kept(rows), value[rows]), doubtful


def highest(
    cube: Cube, flat: Indices, tolerance: float
) -> tuple[Int64[np.ndarray, " kept"], Float32[np.ndarray, " kept"], Float32[np.ndarray, " kept"]]:
    """Pixels that no neighbour exceeds by more than the tolerance, their values, and their lead over the best one."""
    values, sides = cube.ravel(), borders(flat, cube.shape[1:])
    value = values[flat]
    lead = np.full(len(flat), np.inf, np.float32)
    away = np.array([cube.shape[2] * cube.shape[3], cube.shape[3], 1])
    for step in STEPS:
        neighbour = values.take(flat + int(step @ away), mode="clip")
        neighbour[(sides & beyond(step)) > 0] = -np.inf
        lead = np.minimum(lead, value - neighbour)
        rows = np.flatnonzero(lead >= -tolerance)
        flat, value, lead, sides = flat[rows], value[rows], lead[rows], sides[rows]
    return flat, value, lead


def borders(flat: Indices, shape: tuple[int, ...]) -> UInt8[np.ndarray, " n"]:
    """Which borders of scale, y and x each pixel touches, two bits an axis: the first, the last."""
    sides = np.zeros(len(flat), np.uint8)
    for axis in (2, 1, 0):
        flat, here = np.divmod(flat, shape[axis])
        sides |= (here == 0).astype(np.uint8) << (2 * axis)
        sides |= (here == shape[axis] - 1).astype(np.uint8) << (2 * axis + 1)
    return sides


def beyond(step: np.ndarray) -> np.uint8:
    """The borders that a step would cross."""
    return np.uint8(sum(1 << (2 * axis + (by > 0)) for axis, by in enumerate(step) if by))
