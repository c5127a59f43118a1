"""Frame by frame, the cheapest matching of what is expected with what is detected."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from object_persistence.detection.detections import Detections
from object_persistence.errors import PersistenceError
from object_persistence.linking.assignment import assign
from object_persistence.linking.gaps import close_gaps
from object_persistence.linking.motion import MOTIONS, Motion
from object_persistence.linking.order import in_order


class HungarianLinker:
    """Give every detection a track: in each frame, the matching of tracks with detections that costs least.

        min Σ d² / s² + search_range² · (tracks and detections left alone),   d the distance to the predicted place

    s is 1, or what a Kalman filter expects relative to a new track (`Motion.spread`), so that its gate narrows while a
    track is seen and grows while it is not. A detection left alone begins a track (Crocker & Grier 1996, with
    SciPy's assignment in place of subnetworks).

    Args:
        search_range: pixels that an object may be away from where it is expected, per frame.
        memory: frames for which an object may be missing, as in trackpy.
        motion: velocity (the mean of the last two), kalman, or none.
        gap_closing: longest gap in frames over which ends of tracks are joined with beginnings afterwards
            (Jaqaman 2008); 0 joins none.
    """

    def __init__(
        self,
        search_range: float = 4.5,
        memory: int = 2,
        motion: str = "velocity",
        gap_closing: int = 0,
    ):
        if not search_range > 0 or not np.isfinite(search_range):
            raise PersistenceError(f"search_range: expected pixels above 0, got {search_range}")
        if min(memory, gap_closing) < 0:
            raise PersistenceError(
                f"memory, gap_closing: expected frames from 0 on, got {memory}, {gap_closing}"
            )
        if motion not in MOTIONS:
            raise PersistenceError(f"motion: expected one of {', '.join(MOTIONS)}; got {motion!r}")
        self.search_range, self.memory, self.motion = search_range, memory, motion
        self.gap_closing = gap_closing

    def __repr__(self) -> str:
        """The settings."""
        return (
            f"HungarianLinker(search_range={self.search_range}, memory={self.memory}, "
            f"motion={self.motion!r}, gap_closing={self.gap_closing})"
        )

    def __call__(self, detections: Detections) -> Int[np.ndarray, " detections"]:
        """A track for every detection, numbered from 0 in order of appearance; frames without detections count."""
        place = np.column_stack([detections.y, detections.x])
        tracks = self._frame_by_frame(detections.frame, place)
        if self.gap_closing:
            tracks = close_gaps(detections.frame, place, tracks, self.gap_closing, self.search_range)
        return in_order(tracks)

    def _frame_by_frame(
        self, frame: Int[np.ndarray, " detections"], place: Float[np.ndarray, "detections 2"]
    ) -> Int[np.ndarray, " detections"]:
        tracks = np.full(len(frame), -1)
        motion, started = MOTIONS[self.motion](), 0
        known = _Known.none(motion)
        for now in np.unique(frame).tolist():
            rows = np.flatnonzero(frame == now)
            known = known.keep(now - known.last - 1 <= self.memory)
            left, right = self._matched(motion, known, now, place[rows])
            known.see(motion, left, place[rows[right]], now)
            tracks[rows[right]] = known.track[left]
            alone = rows[np.setdiff1d(np.arange(len(rows)), right)]
            tracks[alone] = started + np.arange(len(alone))
            known = known.joined(motion.begin(place[alone]), tracks[alone], now)
            started += len(alone)
        return tracks

    def _matched(
        self, motion: Motion, known: "_Known", now: int, place: Float[np.ndarray, "rows 2"]
    ) -> tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]]:
        expected = motion.predict(known.state, (now - known.last).astype(float))
        squared = np.square(expected[:, None, :2] - place).sum(-1)
        return assign(squared / np.square(motion.spread(expected))[:, None], self.search_range**2)


@dataclass
class _Known:
    """The tracks that may still go on."""

    state: Float[np.ndarray, "tracks state"]
    track: Int[np.ndarray, " tracks"]
    last: Int[np.ndarray, " tracks"]

    @classmethod
    def none(cls, motion: Motion) -> "_Known":
        nothing = np.empty(0, dtype=np.int64)
        return cls(motion.begin(np.empty((0, 2))), nothing, nothing)

    def keep(self, kept: Bool[np.ndarray, " tracks"]) -> "_Known":
        return _Known(self.state[kept], self.track[kept], self.last[kept])

    def see(
        self,
        motion: Motion,
        which: Int[np.ndarray, " seen"],
        place: Float[np.ndarray, "seen 2"],
        now: int,
    ) -> None:
        steps = (now - self.last[which]).astype(float)
        self.state[which] = motion.update(self.state[which], place, steps)
        self.last[which] = now

    def joined(
        self, state: Float[np.ndarray, "more state"], track: Int[np.ndarray, " more"], now: int
    ) -> "_Known":
        last = np.full(len(track), now)
        return _Known(
            np.concatenate([self.state, state]),
            np.concatenate([self.track, track]),
            np.concatenate([self.last, last]),
        )
