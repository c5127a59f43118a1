"""Blobs in scale space, for a whole clip at once."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float32

from object_persistence.detection.calibration import Calibration
from object_persistence.detection.detections import Detections
from object_persistence.detection.frames import grey
from object_persistence.detection.noise import local_noise
from object_persistence.detection.peaks import Peaks, Place, peaks
from object_persistence.detection.pruning import pruned
from object_persistence.detection.refinement import on_grid, refined
from object_persistence.detection.scale_space import laplacians, scales
from object_persistence.errors import PersistenceError

TOLERANCE = 1e-6
"""Values of scale space closer than this times the brightest pixel may be in another order in SciPy's rounding;
what is measured stays below 3e-7."""
CHUNK = 1 << 20
"""Values of scale space that are held at once."""


@dataclass(frozen=True)
class LoGDetector:
    """Bright blobs: maxima over position and scale of the scale-normalised Laplacian of Gaussian.

        R(y, x, σ) = -σ² ∇²(G_σ * frame)(y, x),   a blob where R > threshold and R exceeds its 26 neighbours

    With `subpixel=False` it finds what `skimage.feature.blob_log` finds in each frame as float32, in a fraction of
    the time; frames in which rounding decides are handed to it. With `subpixel=True` position and sigma are refined
    between pixels and scales. Lindeberg 1998.
    """

    min_sigma: float | int = 1
    max_sigma: float | int = 5
    num_sigma: int = 10
    threshold: float | int = 0.1
    overlap: float | int = 0.5
    subpixel: bool = True
    exclude_border: int = 0
    calibration: Calibration = field(default_factory=Calibration)

    def __post_init__(self):
        if not 0 < self.min_sigma <= self.max_sigma or self.num_sigma < 1:
            raise PersistenceError(
                "LoGDetector: expected 0 < min_sigma <= max_sigma and at least one sigma, "
                f"got {self.min_sigma}, {self.max_sigma}, {self.num_sigma}"
            )
        if self.threshold <= 0 or not 0 <= self.overlap <= 1 or self.exclude_border < 0:
            raise PersistenceError(
                "LoGDetector: expected a threshold above 0, an overlap in 0..1 and no negative border, "
                f"got {self.threshold}, {self.overlap}, {self.exclude_border}"
            )

    @cached_property
    def sigmas(self) -> Float32[np.ndarray, " sigmas"]:
        """The scales that are looked at."""
        return scales(float(self.min_sigma), float(self.max_sigma), self.num_sigma)

    def __call__(self, frames: np.ndarray) -> Detections:
        """Detections of a clip [time, height, width] or [time, height, width, channels]; there may be none.

        Channels are averaged; uint8 and uint16 are scaled to 0..1, floats keep their range and are compared with the
        threshold as they are.
        """
        pictures = grey(frames)
        if not len(pictures):
            return Detections.empty()
        step = max(1, CHUNK // (self.num_sigma * pictures[0].size))
        found = [
            self.detect(pictures[start : start + step], start) for start in range(0, len(pictures), step)
        ]
        return Detections.joined(found)

    def detect(self, frames: Float32[np.ndarray, "time height width"], start: int) -> Detections:
        """Detections of some frames of a clip, of which the first has the number `start`."""
        cube = laplacians(frames, self.sigmas)
        found = self.maxima(frames, cube)
        place = refined(frames, cube, found, self.sigmas) if self.subpixel else on_grid(found, self.sigmas)
        snr = 2 * place.response / local_noise(frames, found.at)
        return Detections.of(
            found.at.frame + start, **place._asdict(), snr=snr, confidence=self.calibration(snr)
        )

    def maxima(
        self,
        frames: Float32[np.ndarray, "time height width"],
        cube: Float32[np.ndarray, "time sigmas height width"],
    ) -> Peaks:
        """Maxima that survive pruning, exactly those of scikit-image."""
        tolerance = TOLERANCE * float(np.abs(frames).max())
        found, doubtful = peaks(cube, float(self.threshold), tolerance, self.exclude_border)
        keep, unsure = pruned(found, self.sigmas, float(self.overlap), tolerance)
        doubtful[unsure] = True
        sure = found.kept(np.flatnonzero(keep & ~doubtful[found.at.frame]))
        settled = [self.settled(frames[each], cube[each], each) for each in np.flatnonzero(doubtful).tolist()]
        return merged([sure, *settled])

    def settled(
        self,
        frame: Float32[np.ndarray, "height width"],
        cube: Float32[np.ndarray, "sigmas height width"],
        number: int,
    ) -> Peaks:
        """Maxima of one frame as scikit-image itself finds them."""
        from skimage.feature import blob_log

        settings: Any = (self.min_sigma, self.max_sigma, self.num_sigma, self.threshold, self.overlap)
        border: Any = self.exclude_border
        blobs = blob_log(frame, *settings, exclude_border=border)
        y, x = (blobs[:, axis].astype(np.int64) for axis in (0, 1))
        scale = np.abs(blobs[:, 2:] - self.sigmas).argmin(1)
        at = Place(np.full(len(blobs), number), scale, y, x)
        return Peaks(at, cube[scale, y, x])


def merged(parts: list[Peaks]) -> Peaks:
    """All maxima of some frames in one."""
    at = Place(*(np.concatenate(axis) for axis in zip(*(part.at for part in parts), strict=True)))
    return Peaks(at, np.concatenate([part.value for part in parts]))
