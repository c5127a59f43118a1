"""Black and white of a video that nobody said them of."""

import numpy as np
from jaxtyping import Float64

from object_persistence.detection.noise import GAIN, NORMAL

BACKGROUND, TOP, NOISE = 0.1, 0.8, 0.04
"""Where the median, bright blobs and, at most, the noise end up: about where made videos have them."""
BRIGHT = 5.0
"""Standard deviations of the noise above the median from which a pixel may belong to a blob."""
HIGHEST = 0.999
"""Quantile of the pixels of blobs that is their top."""
MOST_VALUES, MOST_BRIGHT = 1 << 24, 1 << 17
"""Of more values, frames evenly over the video stand for all; of more bright pixels, some evenly over them."""
COUNTING = 1 / np.sqrt(12)
"""Noise that whole numbers have at least."""


def robust_limits(values: np.ndarray) -> tuple[float, float]:
    """The values that become 0 and 1, by background, noise and blobs: neither offset nor hot pixels move them.

        b = median,   s = 1.4826 median |v * mask| / 6,   span = max(top − b, 17.5 s)
        black = b − span / 7,   white = b + 9 span / 7

    Args:
        values: [time, height, width] or [time, height, width, channels], all finite.

    The mask is that of `detection.noise`; top is the 99.9 % quantile of the 3 × 3 medians above b + 5 s, so that what
    is narrower than a blob does not count.
    """
    some = values[:: max(1, values.size // MOST_VALUES)].astype(np.float64)
    middle, noise = float(np.median(some)), noise_of(some, whole=values.dtype.kind in "iu")
    tops = smoothed_above(some, middle + BRIGHT * noise)
    height = float(np.quantile(tops, HIGHEST)) - middle if len(tops) else 0.0
    span = max(height, noise * (TOP - BACKGROUND) / NOISE) or 1.0
    unit = span / (TOP - BACKGROUND)
    return middle - BACKGROUND * unit, middle + (1 - BACKGROUND) * unit


def noise_of(values: Float64[np.ndarray, "time height width *channels"], *, whole: bool) -> float:
    """Standard deviation of what is not smooth; whole numbers have that of rounding besides."""
    rough = np.diff(np.diff(values, 2, axis=1), 2, axis=2)
    found = NORMAL * float(np.median(np.abs(rough))) / GAIN if rough.size else 0.0
    return float(np.hypot(found, COUNTING)) if whole else found


def smoothed_above(
    values: Float64[np.ndarray, "time height width *channels"], level: float
) -> Float64[np.ndarray, " n"]:
    """Medians of 3 × 3 pixels around pixels above a level, those that are above it too."""
    bright = np.nonzero(values > level)
    frame, y, x, *channel = (axis[:: max(1, len(axis) // MOST_BRIGHT)] for axis in bright)
    across = np.arange(-1, 2)
    rows = np.clip(y[:, None, None] + across[:, None], 0, values.shape[1] - 1)
    columns = np.clip(x[:, None, None] + across, 0, values.shape[2] - 1)
    squares = values[(frame[:, None, None], rows, columns, *(each[:, None, None] for each in channel))]
    medians = np.median(squares.reshape(len(frame), 9), axis=1)
    return medians[medians > level]
