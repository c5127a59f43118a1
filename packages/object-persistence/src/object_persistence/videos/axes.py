"""Which axis of a video is which."""

import numpy as np

from object_persistence.errors import PersistenceError

CHANNELS = (1, 3, 4)
"""Sizes by which an axis may be one of channels."""
FAR = 3
"""How many times smaller than both others the last axis is that may be one of time."""
LETTERS = {"T": "time", "H": "height", "W": "width", "C": "channels"}


def resolved(name: str, shape: tuple[int, ...], said: str | None) -> str:
    """The axes of a video as letters of THWC: as they were said, or the only ones that fit the shape.

    Raises:
        PersistenceError: what was said does not fit, or several readings fit, or none.
    """
    if said is not None:
        return _checked(name, shape, said)
    fitting = candidates(shape)
    if len(fitting) == 1:
        return fitting[0]
    if len(shape) == 4 and not fitting and shape[0] in CHANNELS:
        raise PersistenceError(
            f"{name}: shape {list(shape)} has its channels neither second nor last; if they come first, say axes='CTHW'"
        )
    if not fitting:
        raise PersistenceError(
            f"{name}: shape {list(shape)} fits no video; expected [time, height, width] or four axes with 1, 3 or 4 "
            "channels. Say which axis is which, such as axes='TCHW'"
        )
    choices = " or ".join(f"axes={axes!r}" for axes in fitting)
    raise PersistenceError(f"{name}: shape {list(shape)} can be read in several ways; say {choices}")


def candidates(shape: tuple[int, ...]) -> list[str]:
    """Every reading of a shape that makes a video, or a single picture."""
    if len(shape) == 2:
        return ["HW"]
    if len(shape) == 3:
        # One frame of one channel is the same either way.
        return ["THW", *["CHW"] * (shape[0] in CHANNELS[1:]), *["HWC"] * (shape[2] in CHANNELS)]
    if len(shape) == 4:
        return ["TCHW"] * (shape[1] in CHANNELS) + ["THWC"] * (shape[3] in CHANNELS)
    return []


def doubts(shape: tuple[int, ...], axes: str) -> tuple[str, ...]:
    """What speaks against a reading that nobody said: the frames of a video are seldom slits."""
    if axes != "THW" or FAR * shape[2] > min(shape[:2]):
        return ()
    time, height, width = shape
    return (
        f"shape: read as {time} frames of {height} × {width} px; for {width} frames of {time} × {height} px say "
        "--axes HWT (axes='HWT')",
    )


def arranged(values: np.ndarray, axes: str) -> np.ndarray:
    """[time, height, width], or [time, height, width, channels] where there is more than one channel."""
    order = [axes.index(letter) for letter in "THWC" if letter in axes]
    values = values.transpose(order)
    values = values if "T" in axes else values[None]
    return values[..., 0] if values.ndim == 4 and values.shape[3] == 1 else values


def _checked(name: str, shape: tuple[int, ...], said: str) -> str:
    letters = said.upper()
    if len(set(letters)) < len(letters) or not {"H", "W"} <= set(letters) <= set(LETTERS):
        raise PersistenceError(
            f"{name}: axes {said!r} are none of a video; expected T, H, W and perhaps C, each once, such as 'THW'"
        )
    if len(letters) != len(shape):
        raise PersistenceError(
            f"{name}: axes {said!r} are {len(letters)}, and shape {list(shape)} has {len(shape)}"
        )
    return letters
