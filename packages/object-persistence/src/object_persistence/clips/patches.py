"""Small pictures around positions in a clip."""

import numpy as np
from jaxtyping import Float, Int

from object_persistence.errors import PersistenceError


def cut_patches(
    frames: Float[np.ndarray, "time height width *channels"],
    frame: Int[np.ndarray, " detections"],
    y: Float[np.ndarray, " detections"],
    x: Float[np.ndarray, " detections"],
    size: int = 9,
) -> Float[np.ndarray, "detections channel size size"]:
    """The `size` × `size` pixels around the pixel that each position lies in, reflected at the border of a frame.

    Raises:
        PersistenceError: the size is even, or a position lies in no frame.
    """
    if size < 1 or size % 2 == 0:
        raise PersistenceError(
            f"patch size {size}: expected an odd number, so that a patch has a middle pixel"
        )
    clip = frames if frames.ndim == 4 else frames[..., None]
    time, height, width, channels = clip.shape
    row, column = np.rint(y).astype(np.int64), np.rint(x).astype(np.int64)
    # A sub-pixel fit may end half a pixel outside.
    outside = (np.abs(y - (height - 1) / 2) > height / 2) | (np.abs(x - (width - 1) / 2) > width / 2)
    outside |= (frame < 0) | (frame >= time)
    if outside.any():
        where = int(np.flatnonzero(outside)[0])
        raise PersistenceError(
            f"position {where} is frame {frame[where]}, y {y[where]:g}, x {x[where]:g}; expected one in "
            f"{time} frames of {height} × {width} px"
        )
    half = size // 2
    padded = np.pad(
        clip, ((0, 0), (half, half), (half, half), (0, 0)), mode="reflect" if time else "constant"
    )
    offset = np.arange(size)
    rows = np.clip(row, 0, height - 1)[:, None, None] + offset[:, None]
    columns = np.clip(column, 0, width - 1)[:, None, None] + offset
    cut = padded[frame[:, None, None], rows, columns]
    return np.ascontiguousarray(cut.reshape(-1, size, size, channels).transpose(0, 3, 1, 2), dtype=np.float32)
