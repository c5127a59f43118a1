"""What a linked track is like, told to each of its detections."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from object_persistence.detection.detections import Detections
from object_persistence.errors import PersistenceError

TRACK_FEATURES = (
    "length",
    "span",
    "gaps",
    "longest_gap",
    "before",
    "after",
    "speed",
    "speed_spread",
    "straightness",
    "residual",
    "sigma",
    "sigma_spread",
    "brightness",
    "brightness_spread",
    "edge",
)
DETECTION_FEATURES = ("since", "left", "own_sigma", "own_brightness", "own_edge", "own_residual")
FEATURES = (*TRACK_FEATURES, *DETECTION_FEATURES)
"""The columns of `track_features`."""

Table = Float[np.ndarray, "tracks longest"]


def track_features(
    detections: Detections,
    tracks: Int[np.ndarray, " detections"],
    shape: tuple[int, int, int],
    so_far: bool = False,
) -> pl.DataFrame:
    """One row per detection with what is known of its track: from the whole clip, or up to the detection's frame.

    Of the track: `length` (detections), `span` (frames from first to last, both counted), `gaps` (frames between that
    have none), `longest_gap`, `before` and `after` (frames of the clip outside the track), `speed` and `speed_spread`
    (mean and standard deviation of |Δp| / Δt, px per frame), `straightness` (|p_last − p_first| / Σ|Δp|), `residual`
    (root mean square distance from the line of constant velocity that fits best, px), `sigma` and `brightness` (means
    of log sigma and log response), `sigma_spread` and `brightness_spread` (standard deviations of these logs),
    `edge` (least distance to the border of the picture, px).
    Of the detection: `since` (frames since the track's first), `left` (frames to its last), `own_sigma` and
    `own_brightness` (their logs, less the track's means), `own_edge` (px), `own_residual` (distance from the line, px).
    What one detection cannot tell (speeds, spreads, residuals) is 0, its straightness 1; `length` says which they are.
    So far, the clip ends with the detection's frame: `after` and `left` are 0.

    Args:
        detections: of one clip.
        tracks: of each detection, any numbers.
        shape: frames, height and width of the clip.
        so_far: whether later frames are hidden.

    Raises:
        PersistenceError: tracks and detections differ in number, a track has two detections in a frame, or one lies
            outside the shape.
    """
    _check(detections, tracks, shape)
    if not len(detections):
        return pl.DataFrame(schema=dict.fromkeys(FEATURES, pl.Float64))
    rows = _Rows.of(detections, tracks, shape)
    history = _history(rows, shape[0], so_far)
    at = rows.own if so_far else rows.final
    columns = {name: history[name][at] for name in TRACK_FEATURES}
    line = (history[name][at] for name in ("line_y", "line_x", "line_vy", "line_vx", "line_t"))
    return pl.DataFrame({**columns, **_own(rows, detections, columns, tuple(line), so_far)}).select(FEATURES)


def _check(
    detections: Detections, tracks: Int[np.ndarray, " detections"], shape: tuple[int, int, int]
) -> None:
    if len(tracks) != len(detections):
        raise PersistenceError(
            f"expected a track for each of {len(detections)} detections, got {len(tracks)}"
        )
    pairs = np.column_stack([tracks, detections.frame])
    twice = len(pairs) - len(np.unique(pairs, axis=0))
    if twice:
        raise PersistenceError(f"expected one detection of a track in a frame; {twice} are more than that")
    if len(detections) and not 0 <= detections.frame.min() <= detections.frame.max() < shape[0]:
        raise PersistenceError(
            f"expected frames 0 to {shape[0] - 1} in a clip of shape {shape}; "
            f"got {detections.frame.min()} to {detections.frame.max()}"
        )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Detections in a table [tracks, longest], each track's in order of time, and how to come back."""

    track: Int[np.ndarray, " detections"]
    place: Int[np.ndarray, " detections"]
    mask: Bool[np.ndarray, "tracks longest"]
    columns: dict[str, Table]

    @classmethod
    def of(
        cls, detections: Detections, tracks: Int[np.ndarray, " detections"], shape: tuple[int, int, int]
    ) -> "_Rows":
        _, track = np.unique(tracks, return_inverse=True)
        order = np.lexsort((detections.frame, track))
        counts = np.bincount(track)
        place = np.empty(len(track), dtype=np.int64)
        place[order] = np.arange(len(track)) - np.repeat(np.cumsum(counts) - counts, counts)
        mask = np.arange(counts.max()) < counts[:, None]
        columns = {}
        for name, values in _measured(detections, shape).items():
            columns[name] = np.zeros(mask.shape)
            columns[name][track, place] = values
        return cls(track, place, mask, columns)

    @property
    def own(self) -> tuple[np.ndarray, np.ndarray]:
        """Each detection's own cell."""
        return self.track, self.place

    @property
    def final(self) -> tuple[np.ndarray, np.ndarray]:
        """The cell of the last detection of each detection's track."""
        return self.track, self.mask.sum(1)[self.track] - 1

    @cached_property
    def count(self) -> Table:
        """Detections of the track up to each cell; 1 at least."""
        return np.maximum(np.cumsum(self.mask, 1), 1).astype(float)

    def mean(self, values: Table) -> Table:
        """Mean of a track's values up to each cell."""
        return np.cumsum(values * self.mask, 1) / self.count

    def steps(self, values: Table) -> Table:
        """Difference to the cell before; 0 in the first."""
        return np.diff(values, axis=1, prepend=values[:, :1]) * self.mask


def _measured(
    detections: Detections, shape: tuple[int, int, int]
) -> dict[str, Float[np.ndarray, " detections"]]:
    y, x = detections.y, detections.x
    return {
        "frame": detections.frame.astype(float),
        "y": y,
        "x": x,
        "sigma": _log(detections.sigma),
        "brightness": _log(detections.response),
        "edge": np.minimum(np.minimum(y, shape[1] - 1 - y), np.minimum(x, shape[2] - 1 - x)),
    }


def _log(values: Float[np.ndarray, " detections"]) -> Float[np.ndarray, " detections"]:
    """Logarithms; 0 for what was never measured."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(values)
    return np.where(np.isfinite(logs), logs, 0.0)


def _history(rows: _Rows, frames: int, so_far: bool) -> dict[str, Table]:
    """Every feature of a track as it stood at each of its detections."""
    columns, mask = rows.columns, rows.mask
    frame, y, x = (columns[name] for name in ("frame", "y", "x"))
    dt = rows.steps(frame)
    moved = np.hypot(rows.steps(y), rows.steps(x))
    path = np.cumsum(moved, 1)
    reached = np.hypot(y - y[:, :1], x - x[:, :1])
    length, span = rows.count, frame - frame[:, :1] + 1
    speed = np.divide(moved, dt, out=np.zeros_like(moved), where=dt > 0)
    links = np.maximum(length - 1, 1)
    mean_speed = np.cumsum(speed, 1) / links
    between = np.maximum(dt - 1, 0)
    return {
        "length": length,
        "span": span,
        "gaps": span - length,
        "longest_gap": np.maximum.accumulate(between, 1),
        "before": np.broadcast_to(frame[:, :1], mask.shape),
        "after": np.zeros(mask.shape) if so_far else frames - 1 - frame,
        "speed": mean_speed,
        "speed_spread": _root(np.cumsum(speed**2, 1) / links - mean_speed**2),
        "straightness": np.divide(reached, path, out=np.ones_like(path), where=path > 0),
        "edge": np.minimum.accumulate(np.where(mask, columns["edge"], np.inf), 1),
        **_appearance(rows),
        **_line(rows),
    }


def _appearance(rows: _Rows) -> dict[str, Table]:
    found = {}
    for name in ("sigma", "brightness"):
        values = rows.columns[name]
        found[name] = rows.mean(values)
        found[f"{name}_spread"] = _root(rows.mean(values**2) - found[name] ** 2)
    return found


def _line(rows: _Rows) -> dict[str, Table]:
    """The least-squares line through the detections up to each, by running sums, and how far they are from it."""
    t = rows.columns["frame"] - rows.columns["frame"][:, :1]
    middle = rows.mean(t)
    spread = rows.mean(t**2) - middle**2
    found, left = {"line_t": middle + rows.columns["frame"][:, :1]}, np.zeros(t.shape)
    for axis in ("y", "x"):
        start = rows.columns[axis][:, :1]
        p = rows.columns[axis] - start
        centre = rows.mean(p)
        shared = rows.mean(t * p) - middle * centre
        velocity = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0)
        found[f"line_{axis}"], found[f"line_v{axis}"] = centre + start, velocity
        left += rows.mean(p**2) - centre**2 - velocity * shared
    return {**found, "residual": _root(left)}


def _root(variance: Table) -> Table:
    """Square root; what rounding left below 1e-12 is 0."""
    return np.sqrt(np.where(variance > 1e-12, variance, 0.0))


def _own(
    rows: _Rows,
    detections: Detections,
    track: dict[str, Float[np.ndarray, " detections"]],
    line: tuple[Float[np.ndarray, " detections"], ...],
    so_far: bool,
) -> dict[str, Float[np.ndarray, " detections"]]:
    """What is a detection's own, beside its track."""
    own = {name: values[rows.own] for name, values in rows.columns.items()}
    y, x, vy, vx, middle = line
    dt = own["frame"] - middle
    since = own["frame"] - track["before"]
    return {
        "since": since,
        "left": np.zeros(len(since)) if so_far else track["span"] - 1 - since,
        "own_sigma": own["sigma"] - track["sigma"],
        "own_brightness": own["brightness"] - track["brightness"],
        "own_edge": own["edge"],
        "own_residual": np.hypot(detections.y - y - vy * dt, detections.x - x - vx * dt),
    }
