"""What a detector found in a clip, one row per detection."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float, Int64

from object_persistence.errors import PersistenceError

Numbers = Float[np.ndarray, " n"]


@dataclass(frozen=True, eq=False)
class Detections:
    """Detections of one clip, sorted by frame, then y, then x; raises PersistenceError for columns that disagree.

    Positions and sigma are in pixels, the centre of the first pixel is (0, 0). `response` is the maximum of the
    scale-normalised Laplacian, half the amplitude of a Gaussian blob; `snr` its amplitude over the noise around it;
    `confidence` the probability that it is an object. What was never measured is NaN; a position never is.
    """

    frame: Int64[np.ndarray, " n"]
    y: Numbers
    x: Numbers
    sigma: Numbers
    response: Numbers
    snr: Numbers
    confidence: Numbers

    def __post_init__(self):
        lengths = {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise PersistenceError(f"detections: expected columns of one length, got {lengths}")
        if not (np.isfinite(self.y).all() and np.isfinite(self.x).all()):
            row = int(np.argmin(np.isfinite(self.y) & np.isfinite(self.x)))
            raise PersistenceError(f"detections: row {row} has no finite position; leave it out")
        order = self.order(self.frame, self.y, self.x)
        if (order != np.arange(len(self))).any():
            raise PersistenceError(
                "detections: expected rows by frame, then y, then x; use Detections.of to sort them"
            )

    @staticmethod
    def order(frame: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Rows by frame, then y, then x."""
        return np.lexsort((x, y, frame))

    @classmethod
    def of(cls, frame: Any, y: Any, x: Any, **others: Any) -> "Detections":
        """Sort rows, and take any column that is not given as never measured."""
        frame, y, x = np.asarray(frame, np.int64), np.asarray(y, np.float64), np.asarray(x, np.float64)
        unknown = others.keys() - {each.name for each in fields(cls)}
        if unknown:
            raise PersistenceError(f"detections: {', '.join(sorted(unknown))}: no such column")
        rows = cls.order(frame, y, x)
        columns = {
            each.name: np.asarray(others.get(each.name, np.full(len(y), np.nan)), np.float64)[rows]
            for each in fields(cls)[3:]
        }
        return cls(frame[rows], y[rows], x[rows], **columns)

    @classmethod
    def empty(cls) -> "Detections":
        """No detections, with every column."""
        return cls.of([], [], [])

    @classmethod
    def joined(cls, parts: Sequence["Detections"]) -> "Detections":
        """The rows of all parts, in their order."""
        columns = zip(*(part.columns.values() for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """Every column by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def table(self) -> pl.DataFrame:
        """The columns as a table."""
        return pl.DataFrame(self.columns)

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, rows: slice | np.ndarray) -> "Detections":
        """Some of the rows: a slice, a boolean mask, or increasing indices."""
        return Detections(**{name: column[rows] for name, column in self.columns.items()})

    def to_pandas(self) -> Any:
        """A pandas table that trackpy links: its columns, and ours beside them.

            signal = 2 response,   mass = 2π sigma² signal,   size = √2 sigma

        `signal` is the peak of a Gaussian blob, `mass` its sum over the plane, `size` its radius of gyration
        (Crocker and Grier 1996).
        """
        from object_persistence.detection.trackpy_tables import to_pandas

        return to_pandas(self)

    @classmethod
    def from_pandas(cls, table: Any) -> "Detections":
        """A table of trackpy's, or one of ours; raises PersistenceError where frame, y or x is missing."""
        from object_persistence.detection.trackpy_tables import from_pandas

        return from_pandas(table)
