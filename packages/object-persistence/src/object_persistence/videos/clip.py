"""A video with what is known to be in it."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float32

KINDS = ("persistent", "flash", "blinker", "chain", "beside")
"""What an object of a clip can be; only the first lasts."""

TRUTH = {
    "track": pl.Int64,
    "frame": pl.Int64,
    "y": pl.Float64,
    "x": pl.Float64,
    "sigma": pl.Float64,
    "amplitude": pl.Float64,
    "visible": pl.Boolean,
    "persistent": pl.Boolean,
    "kind": pl.String,
}
"""The columns of the truth of a clip."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames, and one row per object and frame in which it exists, if that is known.

    Values are between 0 and 1. Places are in pixels; the centre of the first pixel is (0, 0). A row that is not
    `visible` is of an object that is there and is not drawn. `note` says how a video was read, `doubts` what speaks
    against it, and `limits` which values of its file became 0 and 1.
    """

    name: str
    frames: Float32[np.ndarray, "time height width *channels"]
    truth: pl.DataFrame | None = None
    note: str = ""
    doubts: tuple[str, ...] = ()
    limits: tuple[float | int, float | int] = (0.0, 1.0)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.frames.shape[1], self.frames.shape[2]
