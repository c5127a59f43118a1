"""One clip as a set of labelled detections."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from object_persistence.clips.matching import match_truth
from object_persistence.clips.patches import cut_patches
from object_persistence.detection.detections import Detections
from object_persistence.videos.clip import Clip

CLUTTER, UNKNOWN = "clutter", "unknown"
"""The kind of a detection of nothing, and of one in a clip whose truth nobody knows."""

Detector = Callable[[np.ndarray], Detections]
Linker = Callable[[Detections], np.ndarray]


@dataclass(frozen=True, eq=False)
class PreparedClip:
    """What detection, linking and matching made of a clip: one entry per detection in every array.

    Clutter, a detection that is of no visible object, counts as not persistent and lasts for 0 frames.
    """

    name: str
    detections: Detections
    patches: Float[np.ndarray, "detections channel size size"]
    tracks: Int[np.ndarray, " detections"]
    """The linked track."""
    truth: Int[np.ndarray, " detections"]
    """The true track; -1 is clutter."""
    persistent: Bool[np.ndarray, " detections"]
    kind: list[str]
    """What the object is: persistent, flash, blinker, chain, beside, clutter; unknown without truth."""
    seen: Int[np.ndarray, " detections"]
    """Detections of its linked track so far, this one included."""
    duration: Int[np.ndarray, " detections"]
    """Frames in which its object exists."""
    remaining: Int[np.ndarray, " detections"]
    """Those of them that come after this one."""
    time: int
    """Frames of the clip."""
    height: int
    width: int
    visible: int = 0
    """Objects in frames that a detector could have found."""
    missed: int = 0
    """Those of them without a detection."""
    merged: int = 0
    """Those of the missed whose place another object's detection takes."""

    def __len__(self) -> int:
        """How many detections there are."""
        return len(self.detections)

    @property
    def clutter(self) -> Bool[np.ndarray, " detections"]:
        """Which detections are of nothing."""
        return self.truth < 0

    @property
    def track_length(self) -> Int[np.ndarray, " detections"]:
        """Detections of the linked track in the whole clip."""
        return np.bincount(self.tracks)[self.tracks] if len(self) else np.zeros(0, dtype=np.int64)

    def take(self, rows: Bool[np.ndarray, " detections"] | Int[np.ndarray, " rows"]) -> "PreparedClip":
        """Some of the detections; the tracks keep their numbers, and what was seen of them is counted anew."""
        return self.reordered(np.arange(len(self))[rows], self.detections[rows])

    def reordered(self, rows: Int[np.ndarray, " rows"], detections: Detections) -> "PreparedClip":
        """Rows in another order that is still one of time, with what is now known of their places."""
        arrays = {
            name: value[rows]
            for name, value in ((each.name, getattr(self, each.name)) for each in fields(self))
            if isinstance(value, np.ndarray)
        }
        kind = [self.kind[row] for row in rows]
        moved = replace(self, detections=detections, kind=kind, **arrays)
        return replace(moved, seen=seen_so_far(moved.tracks))

    def until(self, frames: int) -> "PreparedClip":
        """What was detected in the first `frames` frames; links are those of the whole clip."""
        return replace(self.take(self.detections.frame < frames), time=min(frames, self.time))


def prepare(clip: Clip, detector: Detector, linker: Linker, patch: int = 9) -> PreparedClip:
    """Detect, cut patches, link, and match with the truth where it is known.

    Args:
        clip: frames with values 0 to 1.
        detector: frames to `Detections`.
        linker: `Detections` to a track for each.
        patch: side of a patch in pixels; odd.

    Raises:
        PersistenceError: the detector or the linker refuses the clip.
    """
    found = detector(clip.frames)
    tracks = np.asarray(linker(found), dtype=np.int64)
    labels = unknown(len(found)) if clip.truth is None else labelled(found, clip.truth)
    time, height, width = clip.frames.shape[:3]
    return PreparedClip(
        name=clip.name,
        detections=found,
        patches=cut_patches(clip.frames, found.frame, found.y, found.x, patch),
        tracks=tracks,
        seen=seen_so_far(tracks),
        time=time,
        height=height,
        width=width,
        **labels,
    )


def seen_so_far(tracks: Int[np.ndarray, " detections"]) -> Int[np.ndarray, " detections"]:
    """How many entries of the same track come up to each, itself included; the entries are in order of time."""
    order = np.argsort(tracks, kind="stable")
    ordered = tracks[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]] if len(tracks) else np.zeros(0, dtype=bool)
    begins = np.maximum.accumulate(np.where(first, np.arange(len(tracks)), 0))
    seen = np.empty(len(tracks), dtype=np.int64)
    seen[order] = np.arange(len(tracks)) - begins + 1
    return seen


def unknown(count: int) -> dict:
    """The labels of detections whose truth nobody knows."""
    nothing = np.zeros(count, dtype=np.int64)
    return {
        "truth": nothing - 1,
        "persistent": np.zeros(count, dtype=bool),
        "kind": [UNKNOWN] * count,
        "duration": nothing,
        "remaining": nothing.copy(),
    }


def labelled(found: Detections, truth: pl.DataFrame) -> dict:
    """The labels of detections, by the object that each is matched with."""
    matched = match_truth(found.frame, found.y, found.x, truth)
    known, row = matched.row >= 0, np.maximum(matched.row, 0)
    by_track = truth.with_columns(
        duration=pl.len().over("track"),
        remaining=pl.len().over("track") - pl.col("frame").rank("ordinal").over("track"),
    )

    def of(column: str, nothing: int | bool | str) -> np.ndarray:
        values = by_track[column].to_numpy()
        return np.where(known, values[row], nothing) if len(values) else np.full(len(known), nothing)

    return {
        "truth": of("track", -1).astype(np.int64),
        "persistent": of("persistent", False).astype(bool),
        "kind": [str(each) for each in of("kind", CLUTTER)],
        "duration": of("duration", 0).astype(np.int64),
        "remaining": of("remaining", 0).astype(np.int64),
        "visible": matched.visible,
        "missed": matched.missed,
        "merged": matched.merged,
    }
