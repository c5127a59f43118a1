"""Arrays from the files that videos come in."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from object_persistence.errors import PersistenceError

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
FROM_TIFF = {"Y": "H", "X": "W", "S": "C", "C": "C", "T": "T", "I": "T", "Q": "T"}
"""What tifffile's letters mean; pages that are told apart by nothing else are frames."""


@dataclass(frozen=True, eq=False)
class Stored:
    """An array, its axes as letters of THWC if the file says them, and what was left out of it."""

    values: np.ndarray
    axes: str | None = None
    left_out: str = ""


def stored(path: Path) -> Stored:
    """What a TIFF stack, a folder of images, a .npy or a .pt holds.

    Raises:
        PersistenceError: it is not there, is of another kind, or cannot be read.
    """
    if not path.exists():
        raise PersistenceError(f"{path}: no such file or folder")
    kind = "a folder of images" if path.is_dir() else path.suffix.lower()
    reader = READERS.get(kind)
    if reader is None:
        raise PersistenceError(
            f"{path}: {kind or 'no suffix'} is no video that can be read; expected a folder of images or one of "
            f"{', '.join(list(READERS)[1:])}"
        )
    try:
        return reader(path)
    except PersistenceError:
        raise
    except Exception as error:  # decoders raise whatever they please
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise PersistenceError(f"{path}: cannot be read as {kind}: {reason}") from error


def tiff(path: Path) -> Stored:
    """A TIFF with its pages as frames; axes are those the file names, if they are those of a video."""
    import tifffile

    with tifffile.TiffFile(path) as file:
        if len(file.series) != 1:
            shapes = ", ".join(str(list(series.shape)) for series in file.series)
            raise PersistenceError(
                f"{path}: holds {len(file.series)} series of pages ({shapes}); expected one"
            )
        series = file.series[0]
        letters = "".join(FROM_TIFF.get(letter, "?") for letter in series.axes)
        if "?" in letters:
            raise PersistenceError(
                f"{path}: its axes are {series.axes}; expected time, height, width and perhaps channels. "
                "Save one depth, or the array as .npy and say its axes"
            )
        named = len(set(letters)) == len(letters)
        return Stored(series.asarray(), letters if named else None)


def images(path: Path) -> Stored:
    """Every image of a folder as a frame, in the order of the numbers in their names; alpha is left out."""
    import imageio.v3 as imageio

    names = sorted((file for file in path.iterdir() if file.suffix.lower() in IMAGES), key=_in_order)
    if not names:
        raise PersistenceError(f"{path}: holds no image; expected files that end in {', '.join(IMAGES)}")
    frames = [imageio.imread(name) for name in names]
    for name, frame in zip(names, frames, strict=True):
        if frame.shape != frames[0].shape or frame.dtype != frames[0].dtype:
            raise PersistenceError(
                f"{name}: is {frame.dtype} {list(frame.shape)}; expected {frames[0].dtype} "
                f"{list(frames[0].shape)} as {names[0].name}"
            )
    values = np.stack(frames)
    if values.ndim == 4 and values.shape[3] in (2, 4):
        return Stored(values[..., :-1], "THWC", "alpha left out")
    return Stored(values, "THWC" if values.ndim == 4 else "THW")


def npy(path: Path) -> Stored:
    """An array of NumPy; pickled objects are not read."""
    return Stored(np.load(path, allow_pickle=False))


def tensor(path: Path) -> Stored:
    """A tensor of torch; nothing but weights and plain values is read."""
    import torch

    found = torch.load(path, weights_only=True, map_location="cpu")
    if not isinstance(found, torch.Tensor):
        raise PersistenceError(f"{path}: holds a {type(found).__name__}; expected one tensor")
    found = found.detach()
    return Stored((found.float() if found.dtype == torch.bfloat16 else found).numpy())


def _in_order(file: Path) -> list[tuple[int, int, str]]:
    """frame2 before frame10."""
    parts = re.split(r"(\d+)", file.name.lower())
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]


READERS = {
    "a folder of images": images,
    ".tif": tiff,
    ".tiff": tiff,
    ".npy": npy,
    ".pt": tensor,
    ".pth": tensor,
}
