"""Clips that end early: what a verdict on an object can rest on before the clip is over."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from object_persistence.clips.prepared import Linker, PreparedClip, seen_so_far
from object_persistence.errors import PersistenceError

SHORTEST = 3
"""Frames that are left of a clip at least: two tell a displacement, three that it goes on."""


def ending_early(clips: Sequence[PreparedClip], copies: int, seed: int = 0) -> list[PreparedClip]:
    """So many copies of each clip, each ending after a random number of frames; labels stay those of the whole clip."""
    rng = np.random.default_rng(seed)
    ends = [(clip, int(rng.integers(min(SHORTEST, clip.time), clip.time + 1))) for clip in [*clips] * copies]
    return [clip.until(frames) for clip, frames in ends]


def seen_until(clip: PreparedClip, frames: int, linker: Linker) -> PreparedClip:
    """The first frames of a clip, linked as if there were no more; labels stay those of the whole clip.

    Raises:
        PersistenceError: no frame would be left.
    """
    if frames < 1:
        raise PersistenceError(f"expected 1 frame at least of {clip.name}; got {frames}")
    cut = clip.until(frames)
    tracks = np.asarray(linker(cut.detections), dtype=np.int64)
    return replace(cut, tracks=tracks, seen=seen_so_far(tracks))
