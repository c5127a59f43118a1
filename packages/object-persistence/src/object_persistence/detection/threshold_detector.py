"""Bright regions: what the earlier code did under the name of blob detection."""

from dataclasses import dataclass

import numpy as np

from object_persistence.detection.boxes import Box, bright_boxes, suppressed
from object_persistence.detection.detections import Detections
from object_persistence.detection.frames import grey
from object_persistence.detection.noise import local_noise
from object_persistence.detection.peaks import Place
from object_persistence.errors import PersistenceError


@dataclass(frozen=True)
class ThresholdDetector:
    """Connected regions brighter than a threshold, each with the box around it; there to be compared with.

    Its confidence is a rule, 0.4 · aspect + 0.4 · min(area / 50, 1) + 0.2 · min(2 · brightness, 1), and no probability.
    Regions that touch are one detection, an evenly bright picture is one, and what is dimmer is none.
    The centre is that of the box, sigma a quarter of its mean side over √2, the response the mean brightness inside.
    """

    threshold: float | int = 0.4
    smallest: int = 3
    least_confidence: float | int = 0.5
    most_overlap: float | int = 0.3

    def __post_init__(self):
        if self.smallest < 1 or not 0 <= self.most_overlap <= 1:
            raise PersistenceError(
                "ThresholdDetector: expected boxes of at least one pixel and an overlap in 0..1, "
                f"got {self.smallest} and {self.most_overlap}"
            )

    def __call__(self, frames: np.ndarray) -> Detections:
        """Detections of a clip [time, height, width] or [time, height, width, channels]."""
        pictures = grey(frames)
        found = [(number, box) for number, picture in enumerate(pictures) for box in self.boxes(picture)]
        if not found:
            return Detections.empty()
        numbers, boxes = zip(*found, strict=True)
        top, left, height, width, brightness = (np.array(axis, float) for axis in zip(*boxes, strict=True))
        y, x = top + (height - 1) / 2, left + (width - 1) / 2
        at = Place(*(np.asarray(axis, np.int64) for axis in (numbers, np.zeros(len(y)), y, x)))
        return Detections.of(
            numbers,
            y,
            x,
            sigma=(height + width) / 4 / np.sqrt(2),
            response=brightness,
            snr=brightness / local_noise(pictures, at),
            confidence=[box.confidence for box in boxes],
        )

    def boxes(self, picture: np.ndarray) -> list[Box]:
        """Boxes of one picture that are confident enough and overlap no better one."""
        boxes = bright_boxes(picture, float(self.threshold), self.smallest)
        sure = [box for box in boxes if box.confidence >= self.least_confidence]
        return suppressed(sure, float(self.most_overlap))
