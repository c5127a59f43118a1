"""Brightness of a video in 0..1, whatever it was stored as."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

from object_persistence.errors import PersistenceError

from .robust_limits import BACKGROUND, NOISE, TOP, robust_limits

Limits = tuple[float | int, float | int]
"""The values that become 0 and 1."""


class Scaled(NamedTuple):
    """Values between 0 and 1, what became 0 and 1, and a sentence that says how they came there."""

    values: Float32[np.ndarray, "..."]
    limits: Limits
    told: str


def scaled(name: str, values: np.ndarray, limits: Limits | None = None) -> Scaled:
    """Frames in 0..1: (v − black) / (white − black), cut there.

    Without limits, floats inside 0..1 and truth values stay, whole numbers of 8 bits without sign are divided by 255,
    and of anything else the limits are `robust_limits`, for neither a camera's depth nor a stray pixel tells how bright
    its blobs are.

    Raises:
        PersistenceError: there is no value, one is not finite, they are not numbers, or white is not above black.
    """
    check(name, values)
    if limits is not None:
        return _limited(name, values, limits)
    if values.dtype == bool or (values.dtype.kind == "f" and values.min() >= 0 and values.max() <= 1):
        return Scaled(values.astype(np.float32), (0.0, 1.0), f"{values.dtype} as it is")
    if values.dtype == np.uint8:
        return Scaled((values / 255).astype(np.float32), (0, 255), "uint8 divided by 255")
    found = _limited(name, values, robust_limits(values))
    return found._replace(
        told=f"{found.told}: the video's own limits, by which its median becomes {BACKGROUND:g}, bright blobs "
        f"{TOP:g}, and noise {NOISE:g} at most"
    )


def check(name: str, values: np.ndarray) -> None:
    """Raise PersistenceError for what is no number, for nothing, and for values that are not finite."""
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


def _limited(name: str, values: np.ndarray, limits: Limits) -> Scaled:
    black, white = limits
    if not black < white:
        raise PersistenceError(f"{name}: limits {black:g}..{white:g}; expected black below white")
    beyond = np.mean((values < black) | (values > white))
    part = (values.astype(np.float64) - black) / (white - black)
    told = f"{values.dtype} from {black:g}..{white:g} to 0..1, {beyond:.1%} beyond them cut"
    return Scaled(np.clip(part, 0, 1).astype(np.float32), limits, told)
