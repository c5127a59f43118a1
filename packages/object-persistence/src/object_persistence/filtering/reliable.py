"""Probabilities that were made right on validation clips, and how right they are."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from jaxtyping import Int

from analysis import Estimate, cluster_estimate
from object_persistence.errors import PersistenceError
from object_persistence.filtering.verdicts import joined_trials
from object_persistence.metrics import BINS
from object_persistence.scaling import SCALINGS, Scaling, Scores, scaling_of

VALIDATION = "validation/same"


@dataclass(frozen=True)
class Bin:
    """Detections that were given about the same probability, and the share of them that lasted."""

    low: float
    high: float
    detections: int
    probability: float
    share: Estimate


@dataclass(frozen=True, eq=False)
class Reliable:
    """The map from joined scores to probabilities, and validation trials with what it says of them.

    For `trials` each half of the clips is scaled by the map of the other half, so that no clip vouches for itself.
    """

    scaling: Scaling
    trials: pl.DataFrame

    @classmethod
    def of(cls, trials: pl.DataFrame, how: Literal["platt", "isotonic"] = "platt") -> "Reliable":
        """Fit on the validation trials of a run.

        Raises:
            PersistenceError: there are none, or too few detections of a class to fit by.
        """
        found = joined_trials(trials.filter(split=VALIDATION))
        if found.is_empty():
            scaling_of(trials, how, (VALIDATION,))  # which says what there is
        half = halves(found)
        score = found["score"].to_numpy()
        told = np.empty(len(score))
        for side in (0, 1):
            told[half == side] = fitted(found.filter(pl.Series(half != side)), how)(score[half == side])
        return cls(fitted(found, how), found.with_columns(score=pl.Series(told)))

    def __call__(self, score: Scores) -> Scores:
        """The probability that belongs to each joined score."""
        return self.scaling(score)

    @property
    def bins(self) -> list[Bin]:
        """The validation trials by their probability, in equally wide bins that hold any."""
        score = self.trials["score"].to_numpy()
        index = np.minimum((score * BINS).astype(int), BINS - 1)
        return [_bin(self.trials.filter(pl.Series(index == each)), int(each)) for each in np.unique(index)]


def fitted(trials: pl.DataFrame, how: str) -> Scaling:
    """The map of some trials, of which there must be enough of both classes."""
    return SCALINGS[how].fit(trials["target"].to_numpy() == 1, trials["score"].to_numpy())


def halves(trials: pl.DataFrame) -> Int[np.ndarray, " rows"]:
    """0 or 1 for each row: every other clip, in order of appearance."""
    clips = trials["group"].unique(maintain_order=True).to_list()
    if len(clips) < 2:
        raise PersistenceError(
            f"expected 2 validation clips at least to scale probabilities by; got {len(clips)}"
        )
    side = {clip: number % 2 for number, clip in enumerate(clips)}
    return np.array([side[clip] for clip in trials["group"].to_list()], dtype=np.int64)


def _bin(rows: pl.DataFrame, number: int) -> Bin:
    target = (rows["target"] == 1).cast(pl.Float64).to_numpy()
    share = cluster_estimate(target, rows["group"].to_numpy()).within(0.0, 1.0)
    return Bin(number / BINS, (number + 1) / BINS, rows.height, float(rows["score"].to_numpy().mean()), share)
