"""The name and the arguments that the earlier code had, over blobs in scale space."""

from dataclasses import dataclass

import numpy as np

from object_persistence.detection.detections import Detections
from object_persistence.detection.log_detector import LoGDetector
from object_persistence.errors import PersistenceError


@dataclass(frozen=True)
class ObjectDetector:
    """`LoGDetector` with the earlier code's arguments; what that code really did is `ThresholdDetector`.

    Raises PersistenceError for frames of another size than `input_size` (height, width).
    """

    input_size: tuple[int, int] = (64, 64)
    confidence_threshold: float = 0.5
    nms_threshold: float = 0.3

    def __call__(self, frames: np.ndarray) -> Detections:
        """Detections of a clip that are at least as probable as `confidence_threshold`."""
        size = tuple(np.shape(frames)[1:3])
        if size != tuple(self.input_size):
            raise PersistenceError(f"ObjectDetector: expected frames of {self.input_size} pixels, got {size}")
        found = LoGDetector(overlap=self.nms_threshold)(frames)
        return found[found.confidence >= self.confidence_threshold]
