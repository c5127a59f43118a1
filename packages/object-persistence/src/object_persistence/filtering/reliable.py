"""Probabilities that were made right on validation clips, and how right they are."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from jaxtyping import Int

from object_persistence.errors import PersistenceError
from object_persistence.filtering.verdicts import joined_trials
from object_persistence.metrics import Bin, reliability_bins
from object_persistence.scaling import SCALINGS, Scaling, Scores, scaling_of

VALIDATION = "validation/same"


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
        target, score, group = (self.trials[name].to_numpy() for name in ("target", "score", "group"))
        return reliability_bins(target == 1, score, group)


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
