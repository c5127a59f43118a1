"""CLEAR MOT: MOTA and MOTP."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from object_persistence.tracking.compared import Compared, ComparedFrame, Similarity, compared


@dataclass(frozen=True)
class Clear:
    """Errors of tracks when every object keeps its match while it can (Bernardin 2008); sums over clips are pooled."""

    truths: int
    predictions: int
    matches: int
    switches: int
    similarity: float
    """Sum over the matches."""

    @property
    def misses(self) -> int:
        """True objects-in-frames without a match."""
        return self.truths - self.matches

    @property
    def false_positives(self) -> int:
        """Predicted objects-in-frames without a match."""
        return self.predictions - self.matches

    @property
    def mota(self) -> float:
        """MOTA = 1 − (misses + false positives + switches) / truths; NaN without a true object."""
        errors = self.misses + self.false_positives + self.switches
        return 1 - errors / self.truths if self.truths else math.nan

    @property
    def motp(self) -> float:
        """MOTP: mean similarity of the matches (motmetrics gives 1 − this); NaN without a match."""
        return self.similarity / self.matches if self.matches else math.nan

    def __add__(self, other: "Clear") -> "Clear":
        return Clear(
            self.truths + other.truths,
            self.predictions + other.predictions,
            self.matches + other.matches,
            self.switches + other.switches,
            self.similarity + other.similarity,
        )

    @classmethod
    def of(cls, tracks: Compared) -> "Clear":
        """Follow every true object through the frames."""
        partner = np.full(len(tracks.truth_lengths), -1)
        matches = switches = 0
        similarity = 0.0
        for each in tracks.frames:
            rows, columns = _matched(each, partner)
            truth, predicted = each.truth[rows], each.predicted[columns]
            switches += int(((partner[truth] >= 0) & (partner[truth] != predicted)).sum())
            partner[truth] = predicted
            matches += len(rows)
            similarity += float(each.similarity[rows, columns].sum())
        truths, predictions = int(tracks.truth_lengths.sum()), int(tracks.predicted_lengths.sum())
        return cls(truths, predictions, matches, switches, similarity)


def _matched(
    frame: ComparedFrame, partner: Int[np.ndarray, " objects"]
) -> tuple[Int[np.ndarray, " matches"], Int[np.ndarray, " matches"]]:
    """Pairs that go on, then as many others as there can be, as alike as they can be."""
    same = frame.same
    kept = same & (partner[frame.truth][:, None] == frame.predicted)
    kept &= np.cumsum(kept, axis=0) == 1
    open_pairs = same & ~kept.any(1)[:, None] & ~kept.any(0)
    rows, columns = _most(np.where(open_pairs, frame.similarity, -np.inf))
    first, second = np.nonzero(kept)
    return np.concatenate([first, rows]), np.concatenate([second, columns])


def _most(
    similarity: Float[np.ndarray, "rows columns"],
) -> tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]]:
    """As many pairs as possible, and of these the most alike; −inf is never paired."""
    possible = np.isfinite(similarity)
    bonus = 1 + min(similarity.shape, default=0)  # above any sum of similarities
    rows, columns = linear_sum_assignment(np.where(possible, similarity + bonus, 0), maximize=True)
    found = possible[rows, columns]
    return rows[found], columns[found]


def mota(truth: pl.DataFrame, predicted: pl.DataFrame, similarity: Similarity | None = None) -> float:
    """MOTA of predicted tracks (see `Clear` and `compared`)."""
    return Clear.of(compared(truth, predicted, similarity)).mota


def motp(truth: pl.DataFrame, predicted: pl.DataFrame, similarity: Similarity | None = None) -> float:
    """MOTP of predicted tracks (see `Clear` and `compared`)."""
    return Clear.of(compared(truth, predicted, similarity)).motp
