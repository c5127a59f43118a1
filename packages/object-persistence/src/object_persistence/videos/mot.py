"""Tracks of boxes as the MOT challenge writes them."""

import importlib.util
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import polars as pl

from object_persistence.errors import PersistenceError

BOXES = {
    "track": pl.Int64,
    "frame": pl.Int64,
    "y": pl.Float64,
    "x": pl.Float64,
    "height": pl.Float64,
    "width": pl.Float64,
    "confidence": pl.Float64,
}
"""The columns of a table of boxes."""
WRITTEN = ("frame", "track", "left", "top", "width", "height", "confidence")
SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")
"""What motmetrics brings along."""


@dataclass(frozen=True, eq=False)
class MotSequence:
    """A sequence of real tracks of pedestrians and what one tracker made of it, without pixels."""

    name: str
    truth: pl.DataFrame
    tracked: pl.DataFrame


def from_mot(path: str | PathLike[str]) -> pl.DataFrame:
    """A file of ground truth, detections or tracks of the MOT challenge, one row per box, in the order of the file.

    The columns are `videos.mot.BOXES`: y and x are the middle of a box, in the pixels of the file; frames are counted
    from 0. Detections have track -1. Boxes with confidence 0, which the challenge does not count, are not left out.

    Raises:
        PersistenceError: there is no such file, a row is not of the format, or a track is twice in a frame.
    """
    table = _table(Path(path))
    twice = table.filter(pl.col("track") >= 0).group_by("track", "frame").len().filter(pl.col("len") > 1)
    if twice.height:
        track, frame, _ = twice.sort("frame", "track").row(0)
        raise PersistenceError(f"{path}: track {track} is twice in frame {frame + 1}; expected one box")
    return table


def tud(name: str) -> MotSequence:
    """TUD-Campus (71 frames) or TUD-Stadtmitte (179 frames), from the files that motmetrics brings along.

    Raises:
        PersistenceError: there is no such sequence, or motmetrics is not installed.
    """
    if name not in SEQUENCES:
        raise PersistenceError(f"{name!r} is not a sequence of TUD; expected one of: {', '.join(SEQUENCES)}")
    package = importlib.util.find_spec("motmetrics")
    if package is None or package.origin is None:
        raise PersistenceError(
            f"{name} comes with motmetrics, which is not installed; pip install motmetrics"
        )
    folder = Path(package.origin).parent / "data" / name
    return MotSequence(name, from_mot(folder / "gt.txt"), from_mot(folder / "test.txt"))


def _table(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise PersistenceError(f"{path}: no such file")
    rows = [
        _row(path, number, line)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.strip()
    ]
    written = pl.DataFrame(rows, schema=dict.fromkeys(WRITTEN, pl.Float64), orient="row")
    return written.with_columns(
        pl.col("frame") - 1,
        y=pl.col("top") + pl.col("height") / 2,
        x=pl.col("left") + pl.col("width") / 2,
    ).select(pl.col(name).cast(kind) for name, kind in BOXES.items())


def _row(path: Path, number: int, line: str) -> list[float]:
    try:
        values = [float(part) for part in line.split(",")][: len(WRITTEN)]
    except ValueError:
        values = []
    whole = len(values) == len(WRITTEN) and values[0] >= 1 and all(value.is_integer() for value in values[:2])
    if not whole or min(values[4:6]) < 0:
        raise PersistenceError(
            f"{path}: line {number} is {line!r}; expected {', '.join(WRITTEN)} with commas, frames counted from 1"
        )
    return values
