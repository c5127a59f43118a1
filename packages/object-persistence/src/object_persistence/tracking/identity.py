"""Whether an object keeps one identity: IDF1."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from object_persistence.tracking.compared import Compared, Similarity, compared


@dataclass(frozen=True)
class Identity:
    """Objects-in-frames under the best one-to-one pairing of tracks (Ristani 2016); sums over clips are pooled."""

    true_positives: int
    truths: int
    predictions: int

    @property
    def precision(self) -> float:
        """IDP: share of the predicted that has the right identity; NaN without any."""
        return self.true_positives / self.predictions if self.predictions else math.nan

    @property
    def recall(self) -> float:
        """IDR: share of the true whose identity is found; NaN without any."""
        return self.true_positives / self.truths if self.truths else math.nan

    @property
    def f1(self) -> float:
        """IDF1 = 2 IDTP / (truths + predictions); NaN where there are neither."""
        both = self.truths + self.predictions
        return 2 * self.true_positives / both if both else math.nan

    def __add__(self, other: "Identity") -> "Identity":
        return Identity(
            self.true_positives + other.true_positives,
            self.truths + other.truths,
            self.predictions + other.predictions,
        )

    @classmethod
    def of(cls, tracks: Compared) -> "Identity":
        """Pair the tracks of two tables so that most objects-in-frames are the same."""
        together = np.zeros((len(tracks.truth_lengths), len(tracks.predicted_lengths)))
        for each in tracks.frames:
            row, column = np.nonzero(each.same)
            together[each.truth[row], each.predicted[column]] += 1
        return cls(_best(together), int(tracks.truth_lengths.sum()), int(tracks.predicted_lengths.sum()))

    @classmethod
    def of_labels(
        cls, truth: Int[np.ndarray, " detections"], tracks: Int[np.ndarray, " detections"]
    ) -> "Identity":
        """Linking by itself, apart from detection: the true and the linked track of the same detections."""
        _, row = np.unique(truth, return_inverse=True)
        _, column = np.unique(tracks, return_inverse=True)
        together = np.zeros((row.max(initial=-1) + 1, column.max(initial=-1) + 1))
        np.add.at(together, (row, column), 1)
        return cls(_best(together), len(truth), len(tracks))


def _best(together: Float[np.ndarray, "truths predictions"]) -> int:
    rows, columns = linear_sum_assignment(together, maximize=True)
    return round(together[rows, columns].sum())


def idf1(truth: pl.DataFrame, predicted: pl.DataFrame, similarity: Similarity | None = None) -> float:
    """IDF1 of predicted tracks (see `Identity` and `compared`)."""
    return Identity.of(compared(truth, predicted, similarity)).f1
