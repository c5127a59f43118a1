"""One row for each detection: whether its object lasts, and how probable that was said to be."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import polars as pl
from jaxtyping import Float, Int

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
    "duration": pl.Int64,
    "remaining": pl.Int64,
    "duration_predicted": pl.Float64,
    "remaining_predicted": pl.Float64,
}
"""Columns of the table; `object` is the true track (-1 is clutter), `track` the linked one."""


def trials_table(
    clips: Sequence[PreparedClip],
    probabilities: Sequence[Float[np.ndarray, "_"]],
    *,
    split: str,
    durations: Mapping[str, Sequence[Float[np.ndarray, "_"]]] | None = None,
) -> pl.DataFrame:
    """One row per detection of every clip, in their order; a clip without detections has no row.

    `target` and `prediction` are 1 for persistent, `score` is the probability of it, `group` the clip, `step` the
    frame, `density` the detections per frame of the clip, rounded. What is not known of clutter is null, and so are
    frames that nobody told.

    Args:
        clips: as they were prepared.
        probabilities: of persistence, one array per clip.
        split: the name of the split.
        durations: likewise the told frames, by `duration` (in all) and `remaining` (from here on).

    Raises:
        PersistenceError: there are not as many numbers as detections, or a probability is none.
    """
    told = {f"{name}_predicted": each for name, each in (durations or {}).items()} | {"score": probabilities}
    for name, parts in told.items():
        _check(clips, parts, name)
    rows = [_known(clip, split) for clip in clips]
    columns = {name: list(chain.from_iterable(each[name] for each in rows)) for name in KNOWN}
    numbers = {name: np.concatenate([np.zeros(0), *parts]) for name, parts in told.items()}
    count = sum(len(clip) for clip in clips)
    answers = {"prediction": (numbers["score"] >= 0.5).astype(np.int64)}
    unsaid = {name: [None] * count for name in SCHEMA if name not in columns | numbers | answers}
    found = columns | numbers | answers | unsaid
    return pl.DataFrame({name: found[name] for name in SCHEMA}, schema=SCHEMA)


TOLD = ("prediction", "score", "duration_predicted", "remaining_predicted")
KNOWN = tuple(name for name in SCHEMA if name not in TOLD)


def _known(clip: PreparedClip, split: str) -> dict[str, Sequence]:
    """What needs no model, by column."""
    count = len(clip)
    return {
        "split": [split] * count,
        "item": [f"{clip.name}/{number}" for number in range(count)],
        "group": [clip.name] * count,
        "step": clip.detections.frame.tolist(),
        "target": clip.persistent.astype(int).tolist(),
        "kind": clip.kind,
        "seen": clip.seen.tolist(),
        "track_length": np.minimum(clip.track_length, LONGEST).tolist(),
        "density": [round(count / clip.time)] * count,
        "clutter": clip.clutter.tolist(),
        "object": clip.truth.tolist(),
        "track": clip.tracks.tolist(),
        "duration": _of_objects(clip, clip.duration),
        "remaining": _of_objects(clip, clip.remaining),
    }


def _of_objects(clip: PreparedClip, values: Int[np.ndarray, " detections"]) -> list[int | None]:
    return [None if nothing else int(each) for each, nothing in zip(values, clip.clutter, strict=True)]


def _check(clips: Sequence[PreparedClip], parts: Sequence[np.ndarray], name: str) -> None:
    if len(clips) != len(parts):
        raise PersistenceError(f"{name}: expected numbers for {len(clips)} clips; got {len(parts)}")
    for clip, each in zip(clips, parts, strict=True):
        if each.shape != (len(clip),):
            raise PersistenceError(
                f"{clip.name}, {name}: expected one for each of {len(clip)} detections; got {list(each.shape)}"
            )
        if not np.isfinite(each).all() or (name == "score" and not ((each >= 0) & (each <= 1)).all()):
            raise PersistenceError(f"{clip.name}, {name}: expected finite numbers, probabilities from 0 to 1")
