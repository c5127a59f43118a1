"""HOTA: detection and association in one number."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from object_persistence.tracking.compared import Compared, ComparedFrame, Similarity, compared

THRESHOLDS = np.arange(0.05, 0.99, 0.05)
"""Similarities α from which objects match; the measures are means over them."""

Alphas = Float[np.ndarray, " thresholds"]


@dataclass(frozen=True, eq=False)
class Hota:
    """Higher order tracking accuracy (Luiten 2021), for each threshold α; sums over clips are pooled.

        HOTA_α = √(DetA_α · AssA_α),   DetA = TP / (TP + FN + FP),   AssA = Σ_TP A(c) / TP

    A(c) is the share that the two tracks of a match c have in common, |both| / |either|.
    """

    matches: Alphas
    truths: int
    predictions: int
    association: Alphas
    """Σ A(c) over the matches."""
    similarity: Alphas
    """Sum over the matches."""

    @property
    def detection_by_threshold(self) -> Alphas:
        """DetA of each threshold."""
        return self.matches / np.maximum(1, self.truths + self.predictions - self.matches)

    @property
    def association_by_threshold(self) -> Alphas:
        """AssA of each threshold."""
        return self.association / np.maximum(1, self.matches)

    @property
    def deta(self) -> float:
        """DetA, the mean over thresholds."""
        return float(self.detection_by_threshold.mean())

    @property
    def assa(self) -> float:
        """AssA, the mean over thresholds."""
        return float(self.association_by_threshold.mean())

    @property
    def loca(self) -> float:
        """LocA, mean similarity of the matches, over thresholds that have any; 1 where none has."""
        some = np.divide(self.similarity, self.matches, out=np.ones(len(THRESHOLDS)), where=self.matches > 0)
        return float(some.mean())

    @property
    def hota(self) -> float:
        """HOTA, the mean over thresholds."""
        return float(np.sqrt(self.detection_by_threshold * self.association_by_threshold).mean())

    def __add__(self, other: "Hota") -> "Hota":
        return Hota(
            self.matches + other.matches,
            self.truths + other.truths,
            self.predictions + other.predictions,
            self.association + other.association,
            self.similarity + other.similarity,
        )

    @classmethod
    def of(cls, tracks: Compared) -> "Hota":
        """Match each frame so that tracks which belong together by all frames come together."""
        alignment = _alignment(tracks)
        together = np.zeros((len(THRESHOLDS), *alignment.shape))
        similarity = np.zeros(len(THRESHOLDS))
        for each in tracks.frames:
            score = alignment[np.ix_(each.truth, each.predicted)] * each.similarity
            rows, columns = linear_sum_assignment(score, maximize=True)
            alike = each.similarity[rows, columns]
            matched = alike >= THRESHOLDS[:, None] - np.finfo(float).eps
            together[:, each.truth[rows], each.predicted[columns]] += matched
            similarity += (matched * alike).sum(1)
        either = tracks.truth_lengths[:, None] + tracks.predicted_lengths - together
        association = (together * together / np.maximum(1, either)).sum((1, 2))
        truths, predictions = int(tracks.truth_lengths.sum()), int(tracks.predicted_lengths.sum())
        return cls(together.sum((1, 2)), truths, predictions, association, similarity)


def _alignment(tracks: Compared) -> Float[np.ndarray, "truths predictions"]:
    """How much of two tracks is common before any matching: soft counts, over either's frames."""
    soft = np.zeros((len(tracks.truth_lengths), len(tracks.predicted_lengths)))
    for each in tracks.frames:
        soft[np.ix_(each.truth, each.predicted)] += _soft_share(each)
    return soft / (tracks.truth_lengths[:, None] + tracks.predicted_lengths - soft)


def _soft_share(frame: ComparedFrame) -> Float[np.ndarray, "truths predictions"]:
    """A pair's similarity, over all that its two objects have with anything in the frame."""
    total = frame.similarity.sum(0) + frame.similarity.sum(1)[:, None] - frame.similarity
    return np.divide(frame.similarity, total, out=np.zeros_like(total), where=total > np.finfo(float).eps)


def hota(truth: pl.DataFrame, predicted: pl.DataFrame, similarity: Similarity | None = None) -> float:
    """HOTA of predicted tracks (see `Hota` and `compared`)."""
    return Hota.of(compared(truth, predicted, similarity)).hota
