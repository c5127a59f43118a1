"""A user's video as detections and tracks, some frames at a time."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from object_persistence.clips.prepared import Detector, Linker, PreparedClip, prepare
from object_persistence.clips.splits import silent
from object_persistence.detection.detections import Detections
from object_persistence.detection.frames import grey
from object_persistence.errors import PersistenceError
from object_persistence.videos.clip import Clip

BLOCK = 64
"""Frames that are looked at between two reports."""

Report = Callable[[str, int, int], None]


def in_channels(clip: Clip, channels: int) -> Clip:
    """The clip as a model sees it that learned from so many channels; colours become their mean for one.

    Raises:
        PersistenceError: the model learned from colours, and the clip has others or none.
    """
    found = clip.frames.shape[3] if clip.frames.ndim == 4 else 1
    if channels == 1:
        return clip if found == 1 else replace(clip, frames=grey(clip.frames))
    if found != channels:
        raise PersistenceError(
            f"{clip.name}: has {found} channels; the model learned from {channels}. Give a video in colour, or a run "
            "that learned from grey clips"
        )
    return clip


def long_enough(clip: Clip) -> Clip:
    """The clip.

    Raises:
        PersistenceError: there are fewer than two frames.
    """
    if len(clip) < 2:
        frames = f"{len(clip)} frame{'s' * (len(clip) != 1)}"
        raise PersistenceError(
            f"{clip.name}: has {frames}, and nothing lasts in one frame; expected 2 at least"
        )
    return clip


def prepare_video(
    clip: Clip, detector: Detector, linker: Linker, patch: int = 9, report: Report = silent
) -> PreparedClip:
    """Detect block by block, link the whole video, and cut patches; nothing is known of the truth.

    Raises:
        PersistenceError: there are fewer than two frames, or the detector refuses them.
    """
    parts = []
    for start in range(0, len(long_enough(clip)), BLOCK):
        parts.append(later(detector(clip.frames[start : start + BLOCK]), start))
        report("detect", min(start + BLOCK, len(clip)), len(clip))
    found = Detections.joined(parts)
    return prepare(replace(clip, truth=None), lambda frames: found, linker, patch)


def later(detections: Detections, frames: int) -> Detections:
    """The same detections, so many frames later."""
    return replace(detections, frame=np.asarray(detections.frame + frames))
