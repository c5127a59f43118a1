"""Tracks to and from the tables of trackpy."""

from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Int

from object_persistence.detection.detections import Detections
from object_persistence.errors import PersistenceError
from object_persistence.linking.order import in_order


def from_trackpy(table: Any) -> tuple[Detections, Int[np.ndarray, " detections"]]:
    """Detections and their tracks from what `trackpy.link` returned; its columns are frame, y, x and particle.

    Tracks are numbered from 0 in order of appearance.

    Raises:
        PersistenceError: a column is missing, or a particle is no whole number.
    """
    if "particle" not in table:
        raise PersistenceError(
            f"expected the column particle, which trackpy.link adds; this table has {list(table.columns)}"
        )
    particle = np.asarray(table["particle"], dtype=np.float64)
    if not (particle == np.floor(particle)).all():
        raise PersistenceError("particle: expected whole numbers; leave out detections without a track")
    detections = Detections.from_pandas(table)
    rows = Detections.order(*(np.asarray(table[name]) for name in ("frame", "y", "x")))
    return detections, in_order(particle[rows].astype(np.int64))


def track_table(detections: Detections, tracks: Int[np.ndarray, " detections"]) -> pl.DataFrame:
    """One row per detection: its track, then every column of `Detections`; sorted by track, then frame."""
    if len(tracks) != len(detections):
        raise PersistenceError(
            f"expected a track for each of {len(detections)} detections, got {len(tracks)}"
        )
    numbered = pl.Series("track", tracks, dtype=pl.Int64)
    return detections.table.insert_column(0, numbered).sort("track", "frame", maintain_order=True)
