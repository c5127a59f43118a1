"""All that boosted trees are told of a detection: its linked track, what may continue it, and what lies around it."""

import numpy as np
from jaxtyping import Float, Int

from object_persistence.baselines.continuations import COLUMNS, TrackLines, continuations
from object_persistence.clips.prepared import PreparedClip
from object_persistence.linking.features import FEATURES, track_features

NEAR = 6.0
"""Pixels within which a detection of another track is a neighbour."""
AROUND = (0, 1, 2)
"""Frames away in which neighbours are counted."""
SURROUNDINGS = tuple(f"neighbours_{away}_frames_away" for away in AROUND)
OF_CLIP = ("in_frame", "per_frame", "frames")
"""Detections in the same frame, in the mean frame, and frames of the clip."""
NAMES = (*FEATURES, *COLUMNS, *SURROUNDINGS, *OF_CLIP)
"""The columns of `features_of`."""


def features_of(clip: PreparedClip) -> Float[np.ndarray, "detections features"]:
    """One row per detection of a clip with the columns `NAMES`: what `track_features` tells, and what it cannot.

    Labels are not looked at.
    """
    if not len(clip):
        return np.zeros((0, len(NAMES)))
    found = clip.detections
    place = np.stack([found.y, found.x], 1)
    _, track = np.unique(clip.tracks, return_inverse=True)
    told = track_features(found, clip.tracks, (clip.time, clip.height, clip.width)).to_numpy()
    further = continuations(TrackLines.of(found.frame, place, track))[track]
    in_frame = np.bincount(found.frame)[found.frame]
    of_clip = np.broadcast_to([len(clip) / clip.time, clip.time], (len(clip), 2))
    around = surroundings(found.frame, place, track)
    return np.concatenate([told, further, around, in_frame[:, None], of_clip], axis=1)


def surroundings(
    frame: Int[np.ndarray, " detections"],
    place: Float[np.ndarray, "detections 2"],
    track: Int[np.ndarray, " detections"],
) -> Float[np.ndarray, "detections away"]:
    """Detections of other tracks within `NEAR` pixels, by how many frames away they are (`AROUND`)."""
    apart = np.linalg.norm(place[:, None] - place[None, :], axis=-1)
    near = (apart < NEAR) & (track[:, None] != track[None, :])
    away = np.abs(frame[:, None] - frame[None, :])
    return np.stack([(near & (away == each)).sum(1) for each in AROUND], 1).astype(float)
