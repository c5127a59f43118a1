"""Boxes around bright regions, and which of them overlap."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32
from scipy import ndimage


class Box(NamedTuple):
    """A box of one picture in pixels, and the mean brightness inside it."""

    top: int
    left: int
    height: int
    width: int
    brightness: float

    @property
    def confidence(self) -> float:
        """0.4 · aspect + 0.4 · min(area / 50, 1) + 0.2 · min(2 · brightness, 1)."""
        aspect = min(self.height, self.width) / max(self.height, self.width)
        size = min(self.height * self.width / 50, 1)
        return 0.4 * aspect + 0.4 * size + 0.2 * min(2 * self.brightness, 1)


def bright_boxes(picture: Float32[np.ndarray, "height width"], threshold: float, smallest: int) -> list[Box]:
    """Boxes around connected regions above the threshold, at least `smallest` pixels high and wide."""
    regions, _ = ndimage.label(picture > threshold)  # pyright: ignore
    boxes = []
    for rows, columns in ndimage.find_objects(regions):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if min(height, width) >= smallest:
            brightness = float(picture[rows, columns].mean())
            boxes.append(Box(rows.start, columns.start, height, width, brightness))
    return boxes


def overlap(box: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    high = min(box.top + box.height, other.top + other.height) - max(box.top, other.top)
    wide = min(box.left + box.width, other.left + other.width) - max(box.left, other.left)
    shared = max(high, 0) * max(wide, 0)
    return shared / (box.height * box.width + other.height * other.width - shared)


def suppressed(boxes: list[Box], most_overlap: float) -> list[Box]:
    """The boxes by falling confidence, without those that overlap a kept one by `most_overlap` or more."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda each: each.confidence, reverse=True):
        if all(overlap(box, other) < most_overlap for other in kept):
            kept.append(box)
    return kept
