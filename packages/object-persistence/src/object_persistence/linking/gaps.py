"""Tracks that end and begin again: a second assignment, between ends and beginnings."""

import numpy as np
from jaxtyping import Float, Int

from object_persistence.linking.appearance import Looks
from object_persistence.linking.assignment import assign

RECENT = 4
"""Detections from which the velocity at an end is fitted."""
SHRINKAGE = 0.5
"""Frames² added to Σ (t − t̄)²: a velocity from two detections is trusted half."""
GROWTH = 0.5
"""Each frame that is missing adds so much to the variance of where an object may be."""
MEDIANS = 1.5
"""How much more a difference of medians over tracks says than one between two detections."""


def close_gaps(
    frame: Int[np.ndarray, " detections"],
    place: Float[np.ndarray, "detections 2"],
    look: Looks,
    tracks: Int[np.ndarray, " detections"],
    longest: int,
    search_range: float,
) -> Int[np.ndarray, " detections"]:
    """Join each end of a track with the beginning of another that it best leads to (Jaqaman 2008, second step).

        min Σ ½ (|p_end + v_end Δt − p_begin|² + |p_begin − v_begin Δt − p_end|²) / (1 + g (Δt − 1)) + (m a)²

    for pairs below search_range². Velocities are of lines through the last or first `RECENT` detections, a is the
    difference of the median looks, g is `GROWTH` and m `MEDIANS`.

    Args:
        frame: of each detection, ascending.
        place: (y, x) of each detection, px.
        look: of each detection (`looks`).
        tracks: of each detection.
        longest: frames that a gap may have.
        search_range: pixels.
    """
    members = [np.flatnonzero(tracks == each) for each in np.unique(tracks)]
    if len(members) < 2:
        return tracks
    ends = np.array([_line(frame[rows], place[rows], -1) for rows in members])
    begins = np.array([_line(frame[rows], place[rows], 0) for rows in members])
    steps = begins[None, :, 0] - ends[:, None, 0]
    forward = ends[:, None, 1:3] + ends[:, None, 3:] * steps[..., None] - begins[None, :, 1:3]
    backward = begins[None, :, 1:3] - begins[None, :, 3:] * steps[..., None] - ends[:, None, 1:3]
    usual = np.array([np.median(look[rows], axis=0) for rows in members])
    unlike = np.square(usual[:, None] - usual).sum(-1)
    missed = (np.square(forward).sum(-1) + np.square(backward).sum(-1)) / 2
    cost = missed / (1 + GROWTH * np.maximum(steps - 1, 0)) + MEDIANS**2 * unlike
    cost[(steps < 1) | (steps > longest + 1)] = np.inf
    joined = tracks.copy()
    left, right = assign(cost, search_range**2)
    for before, after in sorted(zip(left, right, strict=True), key=lambda pair: begins[pair[1], 0]):
        joined[members[after]] = joined[members[before][-1]]
    return joined


def _line(
    frame: Int[np.ndarray, " rows"], place: Float[np.ndarray, "rows 2"], at: int
) -> Float[np.ndarray, "5"]:
    """Frame, y, x, and velocity at the first (0) or last (-1) detection of a track."""
    near = slice(None, RECENT) if at == 0 else slice(-RECENT, None)
    away = frame[near] - frame[near].mean()
    velocity = away @ place[near] / (np.square(away).sum() + SHRINKAGE)
    return np.array([frame[at], *place[at], *velocity])
