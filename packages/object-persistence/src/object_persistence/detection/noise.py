"""How noisy a picture is around a place, whatever lies there."""

import numpy as np
from jaxtyping import Float32, Float64

from object_persistence.detection.gaussian_fit import around
from object_persistence.detection.peaks import Place

REACH = 8
"""Noise is taken from a square of 2 · 8 + 1 pixels, moved inwards at the borders."""
GAIN = 6.0
"""Standard deviation of white noise after the mask over that before it, √Σ mask²."""
NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""
ROUNDING = 1 / 255 / np.sqrt(12)
"""Noise that rounding to 8 bits leaves in a picture of range 0..1; it keeps the SNR of noiseless pictures finite."""


def local_noise(frames: Float32[np.ndarray, "time height width"], at: Place) -> Float64[np.ndarray, " n"]:
    """Standard deviation of the noise in a square around each place.

        σ² = (1.4826 median |frame * mask| / 6)² + 1 / (12 · 255²),   mask = (1, -2, 1)ᵀ (1, -2, 1)

    The mask takes away what is smooth (Immerkær 1996), the median what is left of blobs.
    """
    if not len(at.y):
        return np.empty(0)
    height, width = frames.shape[1:]
    y, x = (
        np.clip(axis, REACH, max(size - 1 - REACH, REACH)) for axis, size in ((at.y, height), (at.x, width))
    )
    squares, _ = around(frames, Place(at.frame, at.scale, y, x), REACH)
    squares = squares.reshape(-1, 2 * REACH + 1, 2 * REACH + 1)
    for axis in (1, 2):
        squares = np.diff(squares, 2, axis)
    middle = np.median(np.abs(squares), axis=(1, 2))
    return np.hypot(NORMAL * middle / GAIN, ROUNDING)
