"""Brightness of a video in 0..1, whatever it was stored as."""

import numpy as np
from jaxtyping import Float32

from object_persistence.errors import PersistenceError

BITS = (8, 10, 12, 14, 16, 24, 32)
"""Depths that cameras have."""
Limits = tuple[float | int, float | int]
"""The values that become 0 and 1."""


def scaled(
    name: str, values: np.ndarray, limits: Limits | None = None
) -> tuple[Float32[np.ndarray, "..."], str]:
    """Values between 0 and 1, and a sentence that says how they came there.

    With limits: (v − black) / (white − black), cut to 0..1. Without: floats inside 0..1 and truth values stay; whole
    numbers are divided by 2^bits − 1 of the smallest depth that holds them, 8 at least; anything else is stretched
    from its smallest to its largest value.

    Raises:
        PersistenceError: there is no value, one is not finite, they are not numbers, or white is not above black.
    """
    if values.dtype.kind not in "buif":
        raise PersistenceError(f"{name}: holds {values.dtype}; expected whole numbers or floats")
    if values.size == 0:
        raise PersistenceError(
            f"{name}: shape {list(values.shape)} holds nothing; expected at least one pixel"
        )
    if not (fine := np.isfinite(values)).all():
        raise PersistenceError(
            f"{name}: {np.count_nonzero(~fine)} of {values.size} values are not finite, the first at "
            f"{np.argwhere(~fine)[0].tolist()}; leave those frames out, or fill them"
        )
    if limits is not None:
        return _limited(name, values, limits)
    low, high = float(values.min()), float(values.max())
    if values.dtype == bool or (values.dtype.kind == "f" and low >= 0 and high <= 1):
        return values.astype(np.float32), f"{values.dtype} as it is"
    if values.dtype.kind in "iu" and low >= 0 and high < 2 ** BITS[-1]:
        whole = next(2**bits - 1 for bits in BITS if high < 2**bits)
        return (values / whole).astype(np.float32), f"{values.dtype} divided by {whole}"
    spread = high - low or 1.0
    told = f"{values.dtype} stretched from {low:g}..{high:g} to 0..1"
    return ((values.astype(np.float64) - low) / spread).astype(np.float32), told


def _limited(name: str, values: np.ndarray, limits: Limits) -> tuple[Float32[np.ndarray, "..."], str]:
    black, white = limits
    if not black < white:
        raise PersistenceError(f"{name}: limits {black:g}..{white:g}; expected black below white")
    beyond = np.mean((values < black) | (values > white))
    part = (values.astype(np.float64) - black) / (white - black)
    told = f"{values.dtype} from {black:g}..{white:g} to 0..1, {beyond:.1%} beyond them cut"
    return np.clip(part, 0, 1).astype(np.float32), told
