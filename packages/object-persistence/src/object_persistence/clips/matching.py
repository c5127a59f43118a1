"""Which object each detection is of."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int

from object_persistence.linking.assignment import assign

RADIUS = 2.5
"""Pixels within which a detection may be of an object."""


@dataclass(frozen=True, eq=False)
class Matched:
    """The visible object-in-frame of each detection, and how many have none.

    `row` is that of the truth's table, or -1 for clutter. An object-in-frame that stays without a detection is
    missed; it is merged besides where the detection within the radius is already another object's.
    """

    row: Int[np.ndarray, " detections"]
    visible: int
    missed: int
    merged: int

    @property
    def clutter(self) -> int:
        """Detections of nothing."""
        return int((self.row < 0).sum())


def match_truth(
    frame: Int[np.ndarray, " detections"],
    y: Float[np.ndarray, " detections"],
    x: Float[np.ndarray, " detections"],
    truth: pl.DataFrame,
    radius: float = RADIUS,
) -> Matched:
    """One to one in each frame, at the least sum of distances; to leave a detection alone costs the radius.

    Args:
        frame: of each detection.
        y: of each detection, px.
        x: of each detection, px.
        truth: one row per object and frame, with `frame`, `y`, `x` and whether it is `visible` there.
        radius: pixels; what is as far apart or further is not the same.
    """
    row = np.full(len(frame), -1, dtype=np.int64)
    visible = truth["visible"].to_numpy().astype(bool)
    when, there = truth["frame"].to_numpy(), truth.select("y", "x").to_numpy().astype(float)
    missed = merged = 0
    for each in np.unique(when[visible]):
        found, known = np.flatnonzero(frame == each), np.flatnonzero(visible & (when == each))
        distance = np.linalg.norm(np.stack([y[found], x[found]], 1)[:, None] - there[known], axis=-1)
        left, right = assign(distance, radius)
        row[found[left]] = known[right]
        alone = np.setdiff1d(np.arange(len(known)), right)
        missed += len(alone)
        merged += int((distance[:, alone] < radius).any(0).sum())
    return Matched(row, int(visible.sum()), missed, merged)
