"""Images with one row of a table each, and what is known about them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from jaxtyping import Float

from .errors import ImageError

if TYPE_CHECKING:
    from torch import Tensor

FACTORS = {"category": pl.String, "identity": pl.String, "viewpoint": pl.Int64, "location": pl.Int64}
Rows = Sequence[int] | slice | np.ndarray


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images, their object masks if known, and a table with one row per image.

    The table always has `category` and `identity` (text; an identity belongs to one category) and `viewpoint`
    and `location` (integer codes), without gaps. Arrays are kept as read-only views.

    Raises:
        ImageError: if shapes, types, rows or columns do not fit together.
    """

    images: np.ndarray  # uint8 [images, 3, height, width]
    masks: np.ndarray | None  # bool [images, height, width]
    table: pl.DataFrame

    def __post_init__(self):
        _check_images(self.images)
        if self.masks is not None:
            _check_masks(self.masks, self.images)
        _check_table(self.table, len(self.images))
        for name in ("images", "masks"):
            array = getattr(self, name)
            if array is not None:
                object.__setattr__(self, name, _read_only(array))

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.images.shape[2], self.images.shape[3]

    def select(self, rows: Rows) -> "ImageSet":
        """The images of these row numbers (or of a boolean mask over all rows), in the order asked for."""
        index = self._numbers(rows)
        masks = None if self.masks is None else self.masks[index]
        return ImageSet(self.images[index], masks, self.table[index])

    def tensor(self, rows: Rows = slice(None)) -> "Float[Tensor, 'batch 3 height width']":
        """Images of these rows in [0, 1], as every backbone takes them."""
        import torch

        return torch.from_numpy(self.images[self._numbers(rows)]).float() / 255

    def _numbers(self, rows: Rows) -> np.ndarray:
        empty = not isinstance(rows, slice) and len(rows) == 0
        return np.arange(len(self))[slice(0) if empty else rows]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over pixels, masks and table."""
        digest = hashlib.sha256()
        for array in (self.images, self.masks):
            digest.update(b"none" if array is None else str((array.shape, array.dtype)).encode())
            digest.update(b"" if array is None else np.ascontiguousarray(array).data)
        digest.update(str(self.table.schema).encode())
        digest.update(self.table.write_csv().encode())
        return digest.hexdigest()


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view


def _check_images(images: np.ndarray) -> None:
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1] != 3:
        raise ImageError(f"images are {_kind(images)}; expected uint8 [images, 3, height, width]")
    if 0 in images.shape[2:]:
        raise ImageError(f"images are {_kind(images)}; expected at least one pixel")


def _check_masks(masks: np.ndarray, images: np.ndarray) -> None:
    expected = (len(images), *images.shape[2:])
    if masks.dtype != np.bool_ or masks.shape != expected:
        raise ImageError(
            f"masks are {_kind(masks)}; expected bool {list(expected)} for {_kind(images)} images"
        )


def _kind(array: np.ndarray) -> str:
    return f"{array.dtype} {list(array.shape)}"


def _check_table(table: pl.DataFrame, images: int) -> None:
    if table.height != images:
        raise ImageError(f"the table has {table.height} rows for {images} images; expected one row per image")
    for name, kind in FACTORS.items():
        found = table.schema.get(name)
        if found != kind:
            raise ImageError(f"table column {name} is {found or 'missing'}; expected {kind}")
        for row in table[name].is_null().arg_true():
            raise ImageError(f"table column {name} has an empty cell in row {row}; expected none")
    shared = (
        table.group_by("identity").agg(pl.col("category").unique()).filter(pl.col("category").list.len() > 1)
    )
    if shared.height:
        identity, categories = shared.sort("identity").row(0)
        raise ImageError(
            f"identity {identity!r} is in categories {', '.join(sorted(categories))}; expected one. "
            "Identities need names that are unique over categories, such as chair-07"
        )
