"""A user's own video."""

from os import PathLike
from pathlib import Path

from .axes import arranged, doubts, resolved
from .brightness import Limits, scaled
from .clip import Clip
from .formats import stored


def read_video(path: str | PathLike[str], axes: str | None = None, limits: Limits | None = None) -> Clip:
    """The clip in a TIFF stack, a folder of images, a .npy or a .pt; it has no truth, and a note on how it was read.

    Args:
        path: the file or folder.
        axes: which axis is which, letters of THWC such as "TCHW". Without it, what the file says, or the only reading
            that fits the shape.
        limits: the values that become 0 and 1. Without it, see `videos.brightness.scaled`.

    Raises:
        PersistenceError: it cannot be read, is empty or not finite, or its axes can be read in several ways.
    """
    place = Path(path)
    found = stored(place)
    letters = resolved(str(place), found.values.shape, axes or found.axes)
    frames, bounds, told = scaled(str(place), arranged(found.values, letters), limits)
    time, height, width = frames.shape[:3]
    colours = f" × {frames.shape[3]} channels" if frames.ndim == 4 else ""
    parts = [f"{time} frames of {height} × {width} px{colours} ({letters})", told, found.left_out]
    note = "; ".join(part for part in parts if part)
    # Axes that somebody named are not doubted.
    unsure = () if axes or found.axes else doubts(found.values.shape, letters)
    return Clip(place.stem, frames, note=note, doubts=unsure, limits=bounds)
