"""Blobs that stand out of the noise and lie below the detector's threshold all the same."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from object_persistence.detection.frames import grey
from object_persistence.detection.log_detector import LoGDetector
from object_persistence.detection.noise import REACH, local_noise
from object_persistence.detection.peaks import Place
from object_persistence.filtering.lengths import count
from object_persistence.videos.clip import Clip
from object_persistence.videos.robust_limits import robust_limits

CLEAR = 8.0
"""SNR from which a blob is no noise."""
MOST_FRAMES = 32
"""Frames, evenly over a video, that tell how noisy it is."""
AS_THEY_ARE = 0.25
"""Share by which other limits must widen or narrow the range of brightness to be worth trying."""


@dataclass(frozen=True)
class Faint:
    """Clear blobs below the threshold, one that finds nine tenths of them, and limits that make them brighter."""

    found: int
    missed: int
    below: float
    threshold: float
    limits: tuple[float, float] | None

    def __str__(self) -> str:
        stretched = f"--limits {in_figures(*self.limits)}, or " if self.limits else ""
        return (
            f"detection: {count(self.found, 'detection')}, and {count(self.missed, 'blob')} of SNR {CLEAR:g} or more "
            f"below the threshold of {self.below:g}: try {stretched}--threshold {self.threshold:.2g}"
        )


def faint(clip: Clip, detector: object, found: int) -> Faint | None:
    """What is missed where less than one blob is found per frame; None where nothing is, or no LoG is asked."""
    if found >= len(clip) or not isinstance(detector, LoGDetector):
        return None
    if min(clip.frames.shape[1:3]) <= 2 * REACH:  # no square that noise is told from has room
        return None
    lowest = CLEAR / 2 * median_noise(grey(clip.frames))
    if lowest >= detector.threshold:
        return None
    seen = replace(detector, threshold=lowest)(clip.frames)
    response = seen.response[(seen.snr >= CLEAR) & (seen.response < detector.threshold)]
    if not len(response):
        return None
    tenth = float(np.quantile(response, 0.1))
    return Faint(found, len(response), float(detector.threshold), 0.95 * tenth, other_limits(clip))


def other_limits(clip: Clip) -> tuple[float, float] | None:
    """Limits by the video's own brightness, in the values of its file; None where they are about those it has."""
    low, high = robust_limits(clip.frames)
    if abs(np.log(high - low)) < np.log1p(AS_THEY_ARE):
        return None
    black, white = clip.limits
    return black + low * (white - black), black + high * (white - black)


def in_figures(black: float, white: float) -> str:
    """Both to three figures of what lies between them."""
    places = max(0, 2 - int(np.floor(np.log10(white - black))))
    return f"{black:.{places}f} {white:.{places}f}"


def median_noise(frames: Float32[np.ndarray, "time height width"]) -> float:
    """The median of the noise over places all over a video."""
    time, height, width = frames.shape
    some = np.unique(np.linspace(0, time - 1, min(time, MOST_FRAMES)).astype(np.int64))
    places = np.meshgrid(some, *(np.arange(0, size, 2 * REACH) for size in (height, width)), indexing="ij")
    frame, y, x = (axis.ravel() for axis in places)
    return float(np.median(local_noise(frames, Place(frame, np.zeros_like(frame), y, x))))
