"""Real motion and made false alarms: tracks of boxes as clips of detections, some dropped and some that are nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float

from object_persistence.clips.prepared import Linker, PreparedClip, seen_so_far
from object_persistence.detection.detections import Detections
from object_persistence.errors import PersistenceError
from object_persistence.videos.configuration import LONGEST_FLASH

LOOKS = {"sigma": 2.0, "response": 0.3, "snr": 10.0, "confidence": 1.0}
"""How every box looks: there are no pixels, and nothing but motion may tell."""
COLUMNS = ("track", "frame", "y", "x")


@dataclass(frozen=True)
class BoxClips:
    """Windows of a sequence of boxes, in which persons last and false alarms do not.

    False alarms exist for 1 to 3 frames and move as some box of the window does, from a place drawn evenly between the
    outermost boxes. They and what is left of the boxes are linked anew. What exists for at most 3 frames of the whole
    sequence is not persistent.

    Args:
        window: frames of a clip; the last of a sequence may have fewer.
        drop: chance that a box is missed in a frame.
        false_alarms: how many of them a window has.
        shrink: pixels of the file for one of the clip, so that speeds are those of made videos.
        patch: side of the empty patches.
        seed: of what is drawn.
    """

    window: int = 16
    drop: float = 0.1
    false_alarms: int = 10
    shrink: float = 8.0
    patch: int = 9
    seed: int = 0

    def __post_init__(self):
        if self.window < 2 or self.false_alarms < 0 or not self.shrink > 0:
            raise PersistenceError(
                f"expected a window of 2 frames at least, alarms from 0 on, shrink > 0; got {self}"
            )
        if not 0 <= self.drop < 1:
            raise PersistenceError(f"drop: expected a chance from 0 to below 1; got {self.drop}")

    def of(self, boxes: pl.DataFrame, linker: Linker, name: str = "boxes") -> list[PreparedClip]:
        """The clips of a sequence with the columns track, frame, y, x, such as `tud(name).truth`.

        Raises:
            PersistenceError: a column is missing, or there is no box.
        """
        if missing := [each for each in COLUMNS if each not in boxes.columns]:
            raise PersistenceError(f"boxes have no column {missing[0]!r}; expected {', '.join(COLUMNS)}")
        if boxes.is_empty():
            raise PersistenceError("no boxes to make clips of")
        known = boxes.select(
            *COLUMNS[:2],
            (pl.col("y") - pl.col("y").min()) / self.shrink,
            (pl.col("x") - pl.col("x").min()) / self.shrink,
            persistent=pl.len().over("track") > LONGEST_FLASH,
        )
        size = known.select(pl.col("y", "x").max().ceil() + 1).row(0)
        return [
            self._clip(part, linker, f"{name}-{start}", frames, (int(size[0]), int(size[1])))
            for start, frames, part in self._windows(known)
        ]

    def _windows(self, known: pl.DataFrame) -> Iterator[tuple[int, int, pl.DataFrame]]:
        first, end = int(known["frame"].min()), int(known["frame"].max()) + 1  # type: ignore[arg-type]
        for start in range(first, end, self.window):
            frames = min(self.window, end - start)
            part = known.filter(pl.col("frame").is_between(start, start + frames - 1))
            yield start, frames, part.with_columns(pl.col("frame") - start)

    def _clip(
        self, part: pl.DataFrame, linker: Linker, name: str, frames: int, size: tuple[int, int]
    ) -> PreparedClip:
        rng = np.random.default_rng([self.seed, *name.encode()])
        # The labels are those before any box is dropped.
        rows = lasting(pl.concat([part, self._alarms(part, frames, size, rng)]))
        kept = rows.filter(~pl.col("persistent") | pl.Series(rng.random(rows.height) >= self.drop))
        kept = kept.sort("frame", "y", "x")
        place = {each: kept[each].to_numpy() for each in ("frame", "y", "x")}
        found = Detections.of(**place, **{each: np.full(kept.height, value) for each, value in LOOKS.items()})
        tracks = np.asarray(linker(found), dtype=np.int64)
        persistent = kept["persistent"].to_numpy()
        return PreparedClip(
            name=name,
            detections=found,
            patches=np.zeros((kept.height, 1, self.patch, self.patch), dtype=np.float32),
            tracks=tracks,
            truth=kept["track"].to_numpy(),
            persistent=persistent,
            kind=["persistent" if each else "flash" for each in persistent],
            seen=seen_so_far(tracks),
            duration=kept["duration"].to_numpy(),
            remaining=kept["remaining"].to_numpy(),
            time=frames,
            height=size[0],
            width=size[1],
            visible=rows.height,
            missed=rows.height - kept.height,
        )

    def _alarms(
        self, part: pl.DataFrame, frames: int, size: tuple[int, int], rng: np.random.Generator
    ) -> pl.DataFrame:
        steps, number = steps_of(part), int(part["track"].max() or 0)  # type: ignore[arg-type]
        rows = []
        for _ in range(self.false_alarms):
            number += 1
            begins, place = int(rng.integers(frames)), rng.uniform(0, 1, 2) * (np.array(size) - 1)
            step = steps[rng.integers(len(steps))]
            for since in range(min(int(rng.integers(1, LONGEST_FLASH + 1)), frames - begins)):
                rows.append(
                    (number, begins + since, *np.clip(place + since * step, 0, np.array(size) - 1), False)
                )
        return pl.DataFrame(rows, schema=part.schema, orient="row")


def lasting(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the frames that each object has in its clip, and those that it has left."""
    return rows.with_columns(
        duration=pl.len().over("track").cast(pl.Int64),
        remaining=(pl.len().over("track") - pl.col("frame").rank("ordinal").over("track")).cast(pl.Int64),
    )


def steps_of(part: pl.DataFrame) -> Float[np.ndarray, "steps 2"]:
    """Displacements from frame to frame, y and x; at rest where nothing is seen twice."""
    ordered = part.sort("track", "frame")
    moved = ordered.select(
        pl.col("y").diff().over("track"),
        pl.col("x").diff().over("track"),
        frames=pl.col("frame").diff().over("track"),
    ).filter(pl.col("frames") == 1)
    return moved.select("y", "x").to_numpy() if moved.height else np.zeros((1, 2))
