"""What a detector looks at: a clip in grey, in float32."""

import numpy as np
from jaxtyping import Float32

from object_persistence.errors import PersistenceError

MOST_CHANNELS = 4


def grey(frames: np.ndarray) -> Float32[np.ndarray, "time height width"]:
    """One float32 picture per frame: channels are averaged, uint8 and uint16 divided by 255 and 65 535.

    Floats keep their range, as in scikit-image. Takes [time, height, width] and [time, height, width, channels];
    raises PersistenceError for other axes, for other integers, and where a value is not finite.
    """
    frames = np.asarray(frames)
    check_axes(frames.shape)
    floats = as_floats(frames)
    if floats.ndim == 4:
        floats = floats.mean(3, dtype=np.float32)
    broken = np.flatnonzero(~np.isfinite(floats).all((1, 2)))
    if broken.size:
        raise PersistenceError(
            f"frames {broken[:8].tolist()} hold values that are not finite; leave them out or fill them"
        )
    return floats


def check_axes(shape: tuple[int, ...]) -> None:
    """Raise PersistenceError unless the axes are time, height, width and perhaps channels."""
    wanted = "[time, height, width] or [time, height, width, channels]"
    if len(shape) not in (3, 4):
        raise PersistenceError(
            f"frames: expected {wanted}, got {list(shape)}; a single picture is picture[None]"
        )
    if len(shape) == 4 and not 1 <= shape[3] <= MOST_CHANNELS:
        raise PersistenceError(
            f"frames: expected {wanted} with at most {MOST_CHANNELS} channels, got {list(shape)}; "
            "channels come last: np.moveaxis(frames, 1, -1)"
        )
    if 0 in shape[1:3]:
        raise PersistenceError(f"frames: expected at least one pixel, got {list(shape)}")


def as_floats(frames: np.ndarray) -> Float32[np.ndarray, "..."]:
    """The same in float32; unsigned integers of 8 and 16 bits are divided by their largest value."""
    if frames.dtype in (np.uint8, np.uint16):
        return frames.astype(np.float32) / np.float32(np.iinfo(frames.dtype).max)
    if frames.dtype == bool or frames.dtype.kind == "f":
        return frames.astype(np.float32, copy=False)
    raise PersistenceError(
        f"frames: expected floats, uint8 or uint16, got {frames.dtype}; scale them to 0..1 yourself"
    )
