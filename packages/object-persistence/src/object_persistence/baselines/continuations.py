"""Whether a track that ends might go on as another: links that were missed across a gap leave two halves."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

REACH = 8
"""Longest gap, in frames, that is looked across."""
SHRINKAGE = 2.0
"""Added to Σ (t − t̄)², frames²: the velocity of two neighbouring detections is a fifth of what it looks like."""
NOWHERE = 99.0
"""Mismatch in pixels, and gap in frames, where no track could continue it."""


@dataclass(frozen=True, eq=False)
class TrackLines:
    """Each track of a clip as a straight line: where it begins and ends, and how it moves."""

    first: Int[np.ndarray, " tracks"]
    """Its first frame."""
    last: Int[np.ndarray, " tracks"]
    length: Int[np.ndarray, " tracks"]
    """Its detections."""
    start: Float[np.ndarray, "tracks 2"]
    """y, x in the first frame, px."""
    end: Float[np.ndarray, "tracks 2"]
    velocity: Float[np.ndarray, "tracks 2"]
    """px per frame, shrunk towards rest."""

    @classmethod
    def of(
        cls,
        frame: Int[np.ndarray, " detections"],
        place: Float[np.ndarray, "detections 2"],
        track: Int[np.ndarray, " detections"],
    ) -> "TrackLines":
        """Least squares over each track, numbered from 0 without a gap; detections are in order of time.

        v = Σ (t − t̄)(p − p̄) / (Σ (t − t̄)² + shrinkage)
        """
        order = np.argsort(track, kind="stable")
        length = np.bincount(track)
        until = np.cumsum(length)
        first, last = order[until - length], order[until - 1]
        away = frame - (np.bincount(track, frame) / length)[track]
        moved = np.stack([np.bincount(track, away * each) for each in place.T], 1)
        velocity = moved / (np.bincount(track, away**2) + SHRINKAGE)[:, None]
        return cls(frame[first], frame[last], length, place[first], place[last], velocity)


def mismatches(
    lines: TrackLines,
) -> tuple[Float[np.ndarray, "before after"], Int[np.ndarray, "before after"]]:
    """How far apart two tracks are where one ends and the other begins, and how many frames lie between.

        |p_b − p_a − (v_a + v_b) / 2 · Δt| / (1 + Δt / 2)

    `NOWHERE` where the second begins before the first has ended, or later than `REACH` frames after.
    """
    gap = lines.first[None, :] - lines.last[:, None]
    velocity = (lines.velocity[:, None] + lines.velocity[None, :]) / 2
    apart = lines.start[None, :] - lines.end[:, None] - velocity * gap[..., None]
    mismatch = np.linalg.norm(apart, axis=-1) / (1 + gap.clip(0) / 2)
    return np.where((gap >= 1) & (gap <= REACH), mismatch, NOWHERE), gap


COLUMNS = tuple(
    f"{what}_{side}" for side in ("after", "before") for what in ("mismatch", "gap", "continuation")
)


def continuations(lines: TrackLines) -> Float[np.ndarray, "tracks features"]:
    """Of the best continuation after each track, then of that before it: mismatch, gap, its detections.

    The columns are `COLUMNS`; where there is none: `NOWHERE`, `NOWHERE`, 0.
    """
    mismatch, gap = mismatches(lines)
    sides = [_best(mismatch, gap, lines.length), _best(mismatch.T, gap.T, lines.length)]
    return np.concatenate(sides, axis=1)


def _best(mismatch: np.ndarray, gap: np.ndarray, length: np.ndarray) -> np.ndarray:
    tracks = np.arange(len(length))
    best = mismatch.argmin(1)
    found = mismatch[tracks, best]
    there = found < NOWHERE
    return np.stack(
        [found, np.where(there, gap[tracks, best], NOWHERE), np.where(there, length[best], 0)], axis=1
    )
