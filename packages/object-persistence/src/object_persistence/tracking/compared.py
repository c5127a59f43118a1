"""Two tables of tracks, frame by frame, and how alike their objects are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from object_persistence.errors import PersistenceError

SAME = 0.5
"""Similarity from which two objects may be the same one, in CLEAR MOT and for identities."""


class Points:
    """1 − d / (2 radius), 0 from there on: two points are alike where they are within `radius` pixels."""

    columns: ClassVar[tuple[str, ...]] = ("y", "x")

    def __init__(self, radius: float = 2.5):
        if not radius > 0:
            raise PersistenceError(f"radius: expected pixels above 0, got {radius}")
        self.radius = radius

    def __call__(
        self, truth: Float[np.ndarray, "truths 2"], predicted: Float[np.ndarray, "predictions 2"]
    ) -> Float[np.ndarray, "truths predictions"]:
        """Similarity of every pair."""
        distance = np.linalg.norm(truth[:, None] - predicted, axis=-1)
        return np.maximum(0.0, 1 - distance / (2 * self.radius))


class Boxes:
    """|A ∩ B| / |A ∪ B| of boxes given by the y and x of their centres, height and width."""

    columns: ClassVar[tuple[str, ...]] = ("y", "x", "height", "width")

    def __call__(
        self, truth: Float[np.ndarray, "truths 4"], predicted: Float[np.ndarray, "predictions 4"]
    ) -> Float[np.ndarray, "truths predictions"]:
        """Similarity of every pair."""
        half = truth[:, None, 2:] / 2, predicted[:, 2:] / 2
        upper = np.minimum(truth[:, None, :2] + half[0], predicted[:, :2] + half[1])
        lower = np.maximum(truth[:, None, :2] - half[0], predicted[:, :2] - half[1])
        shared = np.maximum(upper - lower, 0).prod(-1)
        union = truth[:, None, 2:].prod(-1) + predicted[:, 2:].prod(-1) - shared
        return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


Similarity = Points | Boxes


@dataclass(frozen=True, eq=False)
class ComparedFrame:
    """The objects of one frame by number, and how alike they are."""

    truth: Int[np.ndarray, " truths"]
    predicted: Int[np.ndarray, " predictions"]
    similarity: Float[np.ndarray, "truths predictions"]

    @property
    def same(self) -> Bool[np.ndarray, "truths predictions"]:
        """Which pairs may be one object."""
        return self.similarity >= SAME


@dataclass(frozen=True, eq=False)
class Compared:
    """All frames in which there is an object; objects are numbered from 0 on either side."""

    frames: Sequence[ComparedFrame]

    @cached_property
    def truth_lengths(self) -> Int[np.ndarray, " truths"]:
        """Frames of every true track."""
        return _lengths([each.truth for each in self.frames])

    @cached_property
    def predicted_lengths(self) -> Int[np.ndarray, " predictions"]:
        """Frames of every predicted track."""
        return _lengths([each.predicted for each in self.frames])


def compared(truth: pl.DataFrame, predicted: pl.DataFrame, similarity: Similarity | None = None) -> Compared:
    """Put two tables beside each other, one row per object and frame: track, frame, y, x (and height, width of boxes).

    Where there is a column `visible`, only visible objects count. Points within 2.5 px may be the same by default.

    Raises:
        PersistenceError: a column is missing, or an object is twice in a frame.
    """
    similarity = similarity or Points()
    sides = [_side(what, table, similarity) for what, table in (("truth", truth), ("predicted", predicted))]
    frames = np.union1d(sides[0][0], sides[1][0])
    found = []
    for now in frames:
        (left, left_place), (right, right_place) = (
            (tracks[frame == now], place[frame == now]) for frame, tracks, place in sides
        )
        found.append(ComparedFrame(left, right, similarity(left_place, right_place)))
    return Compared(found)


def _side(
    what: str, table: pl.DataFrame, similarity: Similarity
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames, track numbers from 0, and places of one table."""
    missing = [name for name in ("track", "frame", *similarity.columns) if name not in table.columns]
    if missing:
        raise PersistenceError(f"{what}: expected the columns {', '.join(missing)}, got {table.columns}")
    shown = table.filter(pl.col("visible")) if "visible" in table.columns else table
    twice = shown.select("track", "frame").is_duplicated().sum()
    if twice:
        raise PersistenceError(f"{what}: expected a track once in a frame, got {twice} rows that share both")
    _, tracks = np.unique(shown["track"].to_numpy(), return_inverse=True)
    place = shown.select(pl.col(similarity.columns).cast(pl.Float64)).to_numpy()
    return shown["frame"].to_numpy(), tracks, place


def _lengths(numbers: Sequence[Int[np.ndarray, " _"]]) -> Int[np.ndarray, " _"]:
    return np.bincount(np.concatenate([*numbers, np.empty(0, np.int64)]))
