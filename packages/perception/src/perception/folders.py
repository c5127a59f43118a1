"""Image sets on disk: a folder of images with a CSV manifest."""

import difflib
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image, ImageOps

from .errors import ImageError
from .images import FACTORS, ImageSet

REQUIRED = ("path", *FACTORS)
CODES, MEASURES = ("viewpoint", "location", "light"), ("azimuth", "elevation", "x", "y")
NUMBERS = {**dict.fromkeys(CODES, pl.Int64), **dict.fromkeys(MEASURES, pl.Float64)}
KNOWN = tuple(dict.fromkeys((*REQUIRED, "mask", *NUMBERS)))
Size = int | tuple[int, int]


def read_image_folder(manifest: Path, size: Size, *, keep: Sequence[str] = ()) -> ImageSet:
    """Read the images that a CSV manifest lists, resized to `size` (or to height and width).

    Columns: path, category, identity (text, unique over categories), viewpoint, location (integers);
    optionally mask (path of an image that is white on the object), light, azimuth, elevation, x, y, and those
    named in `keep` (as text). Paths are relative to the manifest and stay within its folder.

    Raises:
        ImageError: naming row (from 0) and file, for an image that is missing, unreadable, transparent or of
            other proportions, a path that leaves the folder or is listed twice, an empty cell, or a missing
            or unknown column.
    """
    table = _read_manifest(manifest, keep)
    shape = (size, size) if isinstance(size, int) else size
    if min(shape) < 1:
        raise ImageError(f"size {size}; expected a positive height and width")
    files = [_file(manifest, "path", row, path) for row, path in enumerate(table["path"])]
    images = np.empty((len(files), 3, *shape), dtype=np.uint8)
    for row, file in enumerate(files):
        images[row] = _pixels(file, row, shape).transpose(2, 0, 1)
    masks = None
    if "mask" in table.columns:
        masks = np.empty((len(files), *shape), dtype=bool)
        for row, path in enumerate(table["mask"]):
            masks[row] = _pixels(_file(manifest, "mask", row, path), row, shape).mean(axis=2) >= 128
    return ImageSet(images, masks, table.drop("path", "mask", strict=False))


def write_image_folder(images: ImageSet, folder: Path) -> Path:
    """Write images and masks as PNG with a manifest that `read_image_folder` reads; returns the manifest.

    Raises:
        ImageError: if the folder is there already and not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ImageError(f"{folder} is not empty; expected a folder to be made")
    folder.mkdir(parents=True, exist_ok=True)
    pixels = images.images.transpose(0, 2, 3, 1)
    table = images.table.with_columns(path=_write(pixels, folder, "image"))
    if images.masks is not None:
        masks = images.masks.astype(np.uint8) * 255
        table = table.with_columns(mask=_write(masks, folder, "mask"))
    manifest = folder / "manifest.csv"
    table.write_csv(manifest)
    return manifest


def _write(pixels: np.ndarray, folder: Path, kind: str) -> pl.Series:
    names = [f"{kind}-{row:05d}.png" for row in range(len(pixels))]
    for name, image in zip(names, pixels, strict=True):
        Image.fromarray(image).save(folder / name)
    return pl.Series(names, dtype=pl.String)


def _read_manifest(manifest: Path, keep: Sequence[str]) -> pl.DataFrame:
    try:
        table = pl.read_csv(manifest, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ImageError(f"manifest {manifest} cannot be read: {str(error).splitlines()[0]}") from error
    _check_columns(manifest, table.columns, keep)
    for name in (*REQUIRED, *({"mask"} & set(table.columns))):
        for row in table[name].is_null().arg_true():
            raise ImageError(f"{manifest.name} row {row}: {name} is empty; expected a value")
    for row in table["path"].is_duplicated().arg_true():
        raise ImageError(f"{manifest.name} row {row}: {table['path'][row]} is listed twice; expected it once")
    return table.with_columns(_numbers(manifest, table[name]) for name in table.columns if name in NUMBERS)


def _check_columns(manifest: Path, columns: list[str], keep: Sequence[str]) -> None:
    missing = [name for name in (*REQUIRED, *keep) if name not in columns]
    if missing:
        raise ImageError(f"{manifest.name} lacks columns {', '.join(missing)}; it has {', '.join(columns)}")
    known = (*KNOWN, *keep)
    for name in columns:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected: {', '.join(KNOWN)}"
            raise ImageError(f"{manifest.name}: column {name} is not known; {hint}")


def _numbers(manifest: Path, column: pl.Series) -> pl.Series:
    kind = NUMBERS[column.name]
    numbers = column.cast(kind, strict=False)
    for row in (numbers.is_null() & column.is_not_null()).arg_true():
        expected = "a whole number" if kind == pl.Int64 else "a number"
        raise ImageError(f"{manifest.name} row {row}: {column.name} is {column[row]!r}; expected {expected}")
    return numbers


def _file(manifest: Path, column: str, row: int, path: str) -> Path:
    folder = manifest.parent.resolve()
    file = (folder / path).resolve()
    if not file.is_relative_to(folder):
        raise ImageError(f"{manifest.name} row {row}: {column} {path} leaves the manifest's folder")
    if not file.is_file():
        raise ImageError(f"{manifest.name} row {row}: {column} {path} is not a file there")
    return file


def _pixels(file: Path, row: int, shape: tuple[int, int]) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow only warns of a truncated or monstrous image
            with Image.open(file) as opened:
                image = ImageOps.exif_transpose(opened)
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError) as error:
        raise ImageError(f"row {row}: {file} cannot be read: {error}") from error
    return np.asarray(_resized(_opaque(image, file, row), file, row, shape))


def _opaque(image: Image.Image, file: Path, row: int) -> Image.Image:
    if image.has_transparency_data and image.convert("RGBA").getchannel("A").getextrema() != (255, 255):
        raise ImageError(f"row {row}: {file} has transparent pixels; lay it over a background first")
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        raise ImageError(f"row {row}: {file} is of mode {image.mode}; expected 8-bit grey or colour")
    return image.convert("RGB")


def _resized(image: Image.Image, file: Path, row: int, shape: tuple[int, int]) -> Image.Image:
    height, width = shape
    if abs(image.width * height - image.height * width) > max(image.size):  # more than a pixel's rounding
        raise ImageError(
            f"row {row}: {file} is {image.width} × {image.height}; {width} × {height} would distort it. "
            "Crop or pad it, or ask for a size of its proportions"
        )
    return image if image.size == (width, height) else image.resize((width, height), Image.Resampling.BICUBIC)
