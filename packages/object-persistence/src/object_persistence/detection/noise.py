"""How noisy a picture is around a place, whatever lies there."""

import numpy as np
from jaxtyping import Float32, Float64
from scipy import ndimage

from object_persistence.detection.peaks import Place

REACH = 7
"""Noise is taken from a square of 2 · 7 + 1 pixels."""
MASK = np.outer([1, -2, 1], [1, -2, 1]).astype(np.float32)
GAIN = 6.0
"""Standard deviation of white noise after the mask, over that before it: √Σ mask²."""
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
    rough = np.abs(ndimage.convolve(frames, MASK[None], mode="reflect"))
    padded = np.pad(rough, ((0, 0), (REACH, REACH), (REACH, REACH)), mode="symmetric")
    across = np.arange(2 * REACH + 1)
    squares = padded[
        at.frame[:, None, None], at.y[:, None, None] + across[:, None], at.x[:, None, None] + across
    ]
    spread = NORMAL * np.median(squares.reshape(len(at.y), -1), axis=1).astype(np.float64) / GAIN
    return np.hypot(spread, ROUNDING)
