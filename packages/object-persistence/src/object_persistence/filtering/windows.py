"""A long or a large video in windows of the size that a model was trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from object_persistence.clips.prepared import PreparedClip


@dataclass(frozen=True, eq=False)
class Window:
    """Part of a video as a clip of its own, the rows of the video that it holds, and those that it is asked about."""

    clip: PreparedClip
    rows: Int[np.ndarray, " detections"]
    asked: Bool[np.ndarray, " detections"]


@dataclass(frozen=True)
class Windows:
    """Windows of so many frames, heights and widths; each overlaps the next by half, and none leaves the video.

    In time a detection is asked about in every window that it lies in. In space a track is asked about once in each
    stretch of time: in the window whose middle half its mean place there lies in, so that it is seen whole and with
    what is around it. Links are those of the whole video.
    """

    frames: int
    height: int
    width: int

    def of(self, video: PreparedClip) -> Iterator[Window]:
        """Every window that holds a detection."""
        for start in starts(video.time, self.frames):
            stop = min(start + self.frames, video.time)
            rows = np.flatnonzero((video.detections.frame >= start) & (video.detections.frame < stop))
            yield from self.tiles(video, rows, start, stop - start)

    def tiles(
        self, video: PreparedClip, rows: Int[np.ndarray, " detections"], start: int, time: int
    ) -> Iterator[Window]:
        """The windows of one stretch of time."""
        found, tracks = video.detections[rows], video.tracks[rows]
        middle = [mean_of(found.y, tracks), mean_of(found.x, tracks)]
        corners = [starts(video.height, self.height), starts(video.width, self.width)]
        owner = [
            nearest(at, each, size)
            for at, each, size in zip(middle, corners, (self.height, self.width), strict=True)
        ]
        for row, top in enumerate(corners[0]):
            for column, left in enumerate(corners[1]):
                asked = (owner[0] == row) & (owner[1] == column)
                if not asked.any():
                    continue
                height, width = min(self.height, video.height), min(self.width, video.width)
                inside = (found.y >= top - 0.5) & (found.y < top + height - 0.5)
                inside &= (found.x >= left - 0.5) & (found.x < left + width - 0.5)
                held = inside | asked
                corner = (start, top, left)
                yield Window(moved(video, rows[held], corner, (time, height, width)), rows[held], asked[held])


def starts(length: int, window: int) -> list[int]:
    """Where windows along one axis begin; the last ends where the axis does."""
    if length <= window:
        return [0]
    return [*range(0, length - window, max(window // 2, 1)), length - window]


def nearest(place: Float[np.ndarray, " n"], corners: Sequence[int], size: int) -> Int[np.ndarray, " n"]:
    """The window along one axis whose middle is nearest."""
    middle = np.array(corners) + (size - 1) / 2
    return np.abs(place[:, None] - middle).argmin(1)


def mean_of(values: Float[np.ndarray, " n"], tracks: Int[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """The mean over the track of each row."""
    _, of = np.unique(tracks, return_inverse=True)
    return (np.bincount(of, values) / np.bincount(of))[of] if len(of) else values


def moved(
    video: PreparedClip,
    rows: Int[np.ndarray, " rows"],
    corner: tuple[int, int, int],
    size: tuple[int, int, int],
) -> PreparedClip:
    """Some rows as a clip whose first frame and pixel are at a corner."""
    start, top, left = corner
    part = video.take(rows)
    found = part.detections
    # A track that leaves the window is not cut: the rest of it lies outside.
    placed = replace(found, frame=found.frame - start, y=found.y - top, x=found.x - left)
    return replace(part, detections=placed, time=size[0], height=size[1], width=size[2])
