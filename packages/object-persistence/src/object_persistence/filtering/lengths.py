"""What a hard threshold on the length of a track would have kept, beside what a probability keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from analysis import Estimate, cluster_estimate
from object_persistence.errors import PersistenceError

LENGTHS = (2, 3, 4, 5, 6, 8, 10, 12)
"""Detections of a track from which a threshold keeps it."""


@dataclass(frozen=True)
class Kept:
    """Tracks that a threshold on length keeps, beside those that the filter does."""

    length: int
    both: int
    filter_only: int
    length_only: int
    neither: int


@dataclass(frozen=True, eq=False)
class Tracks:
    """Each track of a video: its number, detections, first and last frame, and probability."""

    track: Int[np.ndarray, " tracks"]
    length: Int[np.ndarray, " tracks"]
    first: Int[np.ndarray, " tracks"]
    last: Int[np.ndarray, " tracks"]
    probability: Float[np.ndarray, " tracks"]

    @classmethod
    def of(
        cls,
        frame: Int[np.ndarray, " detections"],
        tracks: Int[np.ndarray, " detections"],
        probability: Float[np.ndarray, " detections"],
    ) -> "Tracks":
        """From detections in order of time, whose probabilities are those of their tracks."""
        numbers, row, length = np.unique(tracks, return_index=True, return_counts=True)
        last = len(tracks) - 1 - np.unique(tracks[::-1], return_index=True)[1]
        return cls(numbers, length, frame[row], frame[last], probability[row])

    def __len__(self) -> int:
        return len(self.track)

    def kept(self, keep: float) -> Bool[np.ndarray, " tracks"]:
        """Which of them are at least so probable to last."""
        return self.probability >= keep

    def beside(self, length: int, keep: float) -> Kept:
        """What a threshold of so many detections keeps, and what the filter does."""
        ours, theirs = self.kept(keep), self.length >= length
        pairs = (ours & theirs, ours & ~theirs, ~ours & theirs, ~ours & ~theirs)
        return Kept(length, *(int(each.sum()) for each in pairs))

    def differing(self, length: int, keep: float) -> list[str]:
        """The tracks that the two part over, the surest first, a sentence each."""
        rows = np.flatnonzero(self.kept(keep) != (self.length >= length))
        sure = np.abs(self.probability[rows] - keep).round(6)
        return [self._told(row, keep) for row in rows[np.argsort(-sure, kind="stable")].tolist()]

    def _told(self, row: int, keep: float) -> str:
        ours = self.probability[row] >= keep
        what = "kept by the filter alone" if ours else "kept by its length alone"
        return (
            f"track {self.track[row]}: {count(int(self.length[row]), 'detection')} in frames {self.first[row]} to "
            f"{self.last[row]}, "
            f"probability {self.probability[row]:.2f}, {what}"
        )


@dataclass(frozen=True)
class LengthAccuracy:
    """On validation clips, whose truth is known: accuracy of a threshold, and the filter's less that, in pairs."""

    length: int
    accuracy: Estimate
    filter_less_length: Estimate


def length_accuracies(
    trials: pl.DataFrame, keep: float, lengths: Sequence[int] = LENGTHS
) -> list[LengthAccuracy]:
    """Every threshold against the filter, detection by detection, with 95 % intervals over clips.

    Args:
        trials: with group, target, score (that of the track) and track_length.
        keep: the least probability that the filter keeps.
        lengths: the thresholds.
    """
    target, clips = trials["target"].to_numpy() == 1, trials["group"].to_numpy()
    ours = right(trials["score"].to_numpy() >= keep, target)
    found = []
    for length in lengths:
        theirs = right(trials["track_length"].to_numpy() >= length, target)
        found.append(
            LengthAccuracy(
                length,
                cluster_estimate(theirs, clips, chance=majority(target)).within(0.0, 1.0),
                cluster_estimate(ours - theirs, clips, chance=0.0),
            )
        )
    return found


def filter_accuracy(trials: pl.DataFrame, keep: float) -> Estimate:
    """How many detections of validation clips the filter is right about."""
    target = trials["target"].to_numpy() == 1
    ours = right(trials["score"].to_numpy() >= keep, target)
    clips = trials["group"].to_numpy()
    return cluster_estimate(ours, clips, chance=majority(target)).within(0.0, 1.0)


def majority(target: Bool[np.ndarray, " detections"]) -> float:
    """What the commoner answer is right about."""
    return float(max(target.mean(), 1 - target.mean()))


def best_length(found: Sequence[LengthAccuracy]) -> int:
    """The threshold that is right most often; the shortest of equals.

    Raises:
        PersistenceError: there is none.
    """
    if not found:
        raise PersistenceError("expected one threshold on length at least")
    return max(found, key=lambda each: (each.accuracy.value, -each.length)).length


def count(number: int, what: str) -> str:
    """So many of something, in words."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def right(
    said: Bool[np.ndarray, " detections"], target: Bool[np.ndarray, " detections"]
) -> Float[np.ndarray, " detections"]:
    """1 where a verdict is true."""
    return (said == target).astype(np.float64)
