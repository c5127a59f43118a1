"""One row for each detection: whether its object lasts, and how probable that was said to be."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import polars as pl
from jaxtyping import Float

from object_persistence.clips.prepared import PreparedClip
from object_persistence.errors import PersistenceError

LONGEST = 16
"""Track lengths from here on are one cell."""

SCHEMA = {
    "split": pl.String,
    "item": pl.String,
    "group": pl.String,
    "step": pl.Int64,
    "target": pl.Int64,
    "prediction": pl.Int64,
    "score": pl.Float64,
    "kind": pl.String,
    "seen": pl.Int64,
    "track_length": pl.Int64,
    "density": pl.Int64,
    "clutter": pl.Boolean,
    "object": pl.Int64,
    "track": pl.Int64,
}
"""Columns of the table; `object` is the true track (-1 is clutter), `track` the linked one."""


def trials_table(
    clips: Sequence[PreparedClip], probabilities: Sequence[Float[np.ndarray, "_"]], *, split: str
) -> pl.DataFrame:
    """One row per detection of every clip, in their order; a clip without detections has no row.

    `target` and `prediction` are 1 for persistent, `score` is the probability of it, `group` the clip, `step` the
    frame, `density` the detections per frame of the clip, rounded.

    Args:
        clips: as they were prepared.
        probabilities: of persistence, one array per clip.
        split: the name of the split.

    Raises:
        PersistenceError: there are not as many probabilities as detections, or one is no probability.
    """
    if len(clips) != len(probabilities):
        raise PersistenceError(f"expected probabilities for {len(clips)} clips; got {len(probabilities)}")
    for clip, each in zip(clips, probabilities, strict=True):
        _check(clip, each)
    parts = [_rows(clip, each, split) for clip, each in zip(clips, probabilities, strict=True)]
    columns = {name: list(chain.from_iterable(part[name] for part in parts)) for name in SCHEMA}
    return pl.DataFrame(columns, schema=SCHEMA)


def _rows(clip: PreparedClip, probability: np.ndarray, split: str) -> dict[str, Sequence]:
    count = len(clip)
    return {
        "split": [split] * count,
        "item": [f"{clip.name}/{number}" for number in range(count)],
        "group": [clip.name] * count,
        "step": clip.detections.frame.tolist(),
        "target": clip.persistent.astype(int).tolist(),
        "prediction": (probability >= 0.5).astype(int).tolist(),
        "score": probability.astype(float).tolist(),
        "kind": clip.kind,
        "seen": clip.seen.tolist(),
        "track_length": np.minimum(clip.track_length, LONGEST).tolist(),
        "density": [round(count / clip.time)] * count,
        "clutter": clip.clutter.tolist(),
        "object": clip.truth.tolist(),
        "track": clip.tracks.tolist(),
    }


def _check(clip: PreparedClip, probability: np.ndarray) -> None:
    if probability.shape != (len(clip),):
        raise PersistenceError(
            f"{clip.name}: expected a probability for each of {len(clip)} detections; got {list(probability.shape)}"
        )
    if not ((probability >= 0) & (probability <= 1)).all():
        raise PersistenceError(f"{clip.name}: expected probabilities from 0 to 1; some are not")
