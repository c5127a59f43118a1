"""Local maxima of scale space, and how near each came to not being one."""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float32, Int64

Indices = Int64[np.ndarray, " n"]
Cube = Float32[np.ndarray, "time sigmas height width"]

STEPS = sorted(
    (step for step in product((-1, 0, 1), repeat=3) if any(step)), key=lambda step: np.abs(step).sum()
)
"""The 26 neighbours in scale, y and x, the nearest first: they rule most pixels out."""


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
    value: Float32[np.ndarray, " n"]

    def kept(self, rows: np.ndarray) -> "Peaks":
        """Some of the maxima."""
        return Peaks(self.at.kept(rows), self.value[rows])


def peaks(
    cube: Cube, threshold: float, tolerance: Float32[np.ndarray, " time"], exclude_border: int = 0
) -> tuple[Peaks, Bool[np.ndarray, " time"]]:
    """Pixels above the threshold that none of their 26 neighbours exceeds, by frame and falling value.

    Values closer than the tolerance of their frame count as equal. Said besides of every frame: whether such a pair
    decided, so that rounding may have.
    """
    time, _, height, width = cube.shape
    flat = np.flatnonzero(cube > (threshold - tolerance)[:, None, None, None])
    at = Place(*(axis.astype(np.int64) for axis in np.unravel_index(flat, cube.shape)))
    at, value, lead = highest(cube, at, cube.ravel()[flat], tolerance)
    near = np.minimum(lead, np.abs(value - np.float32(threshold))) <= tolerance[at.frame]
    doubtful = np.zeros(time, bool)
    doubtful[at.frame[near]] = True
    edge = exclude_border
    inside = (at.y >= edge) & (at.y < height - edge) & (at.x >= edge) & (at.x < width - edge)
    rows = np.flatnonzero(inside)
    rows = rows[np.lexsort((-value[rows], at.frame[rows]))]
    return Peaks(at.kept(rows), value[rows]), doubtful


def highest(
    cube: Cube, at: Place, value: Float32[np.ndarray, " n"], tolerance: Float32[np.ndarray, " time"]
) -> tuple[Place, np.ndarray, np.ndarray]:
    """Pixels that no neighbour exceeds by more than the tolerance, their values, and their lead over the best one."""
    lead = np.full(len(value), np.inf, np.float32)
    for step in STEPS:
        lead = np.minimum(lead, value - neighbour(cube, at, value, step))
        rows = np.flatnonzero(lead >= -tolerance[at.frame])
        at, value, lead = at.kept(rows), value[rows], lead[rows]
    return at, value, lead


def neighbour(
    cube: Cube, at: Place, value: Float32[np.ndarray, " n"], step: tuple[int, ...]
) -> Float32[np.ndarray, " n"]:
    """The value one step away; minus infinity beyond the borders."""
    moved = [axis + by for axis, by in zip(at[1:], step, strict=True)]
    inside = np.ones(len(value), bool)
    for axis, by, size in zip(moved, step, cube.shape[1:], strict=True):
        if by:
            inside &= (axis >= 0) & (axis < size)
            np.clip(axis, 0, size - 1, out=axis)
    return np.where(inside, cube[at.frame, moved[0], moved[1], moved[2]], -np.inf).astype(np.float32)
