"""Frame by frame, the cheapest matching of what is expected with what is detected."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from object_persistence.detection.detections import Detections
from object_persistence.errors import PersistenceError
from object_persistence.linking.appearance import Looks, looks
from object_persistence.linking.assignment import assign
from object_persistence.linking.gaps import close_gaps
from object_persistence.linking.motion import MOTIONS, Motion
from object_persistence.linking.order import in_order

Places = Float[np.ndarray, "detections 2"]


class HungarianLinker:
    """Give every detection a track: in each frame, the matching of tracks with detections that costs least.

        min Σ (d² / s² + a²) + search_range² · (tracks and detections left alone)

    d is the distance to the expected place, a the difference of the looks (`looks`), s is 1, or what a Kalman filter
    expects relative to a new track (`Motion.spread`): its gate narrows while a track is seen and grows while it is not.
    A detection left alone begins a track (Crocker & Grier 1996, with SciPy's assignment in place of subnetworks).

    Args:
        search_range: pixels that an object may be away from where it is expected.
        memory: frames for which an object may be missing, as in trackpy.
        motion: velocity (the mean of the last two), kalman, or none.
        appearance: pixels of distance that a factor e in sigma or brightness counts; 0 looks at places only.
        gap_closing: longest gap in frames over which ends of tracks are joined with beginnings afterwards
            (Jaqaman 2008); 0 joins none.

    Raises:
        PersistenceError: a setting is negative, or no motion has that name.
    """

    def __init__(
        self,
        search_range: float = 4.5,
        memory: int = 2,
        motion: str = "velocity",
        appearance: float = 10.0,
        gap_closing: int = 0,
    ):
        if not 0 < search_range < np.inf:
            raise PersistenceError(f"search_range: expected pixels above 0, got {search_range}")
        if not 0 <= appearance < np.inf:
            raise PersistenceError(f"appearance: expected pixels from 0 on, got {appearance}")
        if min(memory, gap_closing) < 0:
            raise PersistenceError(
                f"memory, gap_closing: expected frames from 0 on, got {memory}, {gap_closing}"
            )
        if motion not in MOTIONS:
            raise PersistenceError(f"motion: expected one of {', '.join(MOTIONS)}; got {motion!r}")
        self.search_range, self.memory, self.motion = search_range, memory, motion
        self.appearance, self.gap_closing = appearance, gap_closing

    def __repr__(self) -> str:
        """The settings."""
        return f"HungarianLinker({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def __call__(self, detections: Detections) -> Int[np.ndarray, " detections"]:
        """A track for every detection, numbered from 0 in order of appearance; frames without detections count."""
        place = np.column_stack([detections.y, detections.x])
        look = looks(detections, self.appearance)
        tracks = self._frame_by_frame(detections.frame, place, look)
        if self.gap_closing:
            tracks = close_gaps(detections.frame, place, look, tracks, self.gap_closing, self.search_range)
        return in_order(tracks)

    def _frame_by_frame(
        self, frame: Int[np.ndarray, " detections"], place: Places, look: Looks
    ) -> Int[np.ndarray, " detections"]:
        tracks = np.full(len(frame), -1)
        motion, started = MOTIONS[self.motion](), 0
        known = _Known.begun(motion, place[:0], look[:0], tracks[:0], 0)
        for now in np.unique(frame).tolist():
            rows = np.flatnonzero(frame == now)
            known = known.keep(now - known.last - 1 <= self.memory)
            left, right = assign(known.cost(motion, place[rows], look[rows], now), self.search_range**2)
            seen = rows[right]
            known.see(motion, left, place[seen], look[seen], now)
            tracks[seen] = known.track[left]
            alone = rows[np.setdiff1d(np.arange(len(rows)), right)]
            tracks[alone] = started + np.arange(len(alone))
            known = known.joined(_Known.begun(motion, place[alone], look[alone], tracks[alone], now))
            started += len(alone)
        return tracks


@dataclass
class _Known:
    """The tracks that may still go on."""

    state: Float[np.ndarray, "tracks state"]
    look: Float[np.ndarray, "tracks looks"]
    track: Int[np.ndarray, " tracks"]
    last: Int[np.ndarray, " tracks"]

    @classmethod
    def begun(
        cls, motion: Motion, place: Places, look: Looks, track: Int[np.ndarray, " detections"], now: int
    ) -> "_Known":
        return cls(motion.begin(place), look, track, np.full(len(track), now))

    def keep(self, kept: Bool[np.ndarray, " tracks"]) -> "_Known":
        return _Known(self.state[kept], self.look[kept], self.track[kept], self.last[kept])

    def cost(
        self, motion: Motion, place: Places, look: Looks, now: int
    ) -> Float[np.ndarray, "tracks detections"]:
        expected = motion.predict(self.state, (now - self.last).astype(float))
        squared = np.square(expected[:, None, :2] - place).sum(-1)
        unlike = np.square(self.look[:, None] - look).sum(-1)
        return squared / np.square(motion.spread(expected))[:, None] + unlike

    def see(
        self, motion: Motion, which: Int[np.ndarray, " detections"], place: Places, look: Looks, now: int
    ) -> None:
        steps = (now - self.last[which]).astype(float)
        self.state[which] = motion.update(self.state[which], place, steps)
        self.look[which] = (self.look[which] + look) / 2
        self.last[which] = now

    def joined(self, other: "_Known") -> "_Known":
        return _Known(
            np.concatenate([self.state, other.state]),
            np.concatenate([self.look, other.look]),
            np.concatenate([self.track, other.track]),
            np.concatenate([self.last, other.last]),
        )
