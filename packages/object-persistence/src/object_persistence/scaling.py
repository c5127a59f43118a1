"""From what a model says to how often that is so: probabilities made right on clips that it did not learn from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from jaxtyping import Bool, Float
from scipy.optimize import minimize
from scipy.special import expit, logit

from object_persistence.errors import PersistenceError

Labels = Bool[np.ndarray, " detections"]
Scores = Float[np.ndarray, " detections"]

SURE = 1e-6
"""Probabilities are held this far from 0 and 1 where their logarithm is taken."""
FEWEST = 10
"""Detections of each class below which nothing is fitted."""


@dataclass(frozen=True)
class PlattScaling:
    """Logistic regression on the logit of the score.

        p = σ(intercept + slope · logit(score))

    Platt 1999, with its targets (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2) in place of 1 and 0. The slope is 0 at least, so
    that the order of the scores stays.
    """

    intercept: float = 0.0
    slope: float = 1.0

    @classmethod
    def fit(cls, persistent: Labels, score: Scores) -> "PlattScaling":
        """The most likely intercept and slope; raises PersistenceError where a class is (nearly) missing."""
        _check(persistent, score)
        evidence, count = _evidence(score), int(persistent.sum())
        others = len(persistent) - count
        target = np.where(persistent, (count + 1) / (count + 2), 1 / (others + 2))

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            said = weights[0] + weights[1] * evidence
            gap = expit(said) - target
            return float(np.mean(np.logaddexp(0, said) - target * said)), np.array(
                [gap.mean(), (gap * evidence).mean()]
            )

        found = minimize(loss, [0.0, 1.0], jac=True, bounds=[(None, None), (0, None)]).x
        return cls(float(found[0]), float(found[1]))

    def __call__(self, score: Scores) -> Scores:
        """The probability that belongs to each score."""
        return expit(self.intercept + self.slope * _evidence(score))


@dataclass(frozen=True)
class IsotonicScaling:
    """The never falling map with the least squared error, linear between its knots (Zadrozny & Elkan 2002)."""

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]

    @classmethod
    def fit(cls, persistent: Labels, score: Scores) -> "IsotonicScaling":
        """The isotonic regression; raises PersistenceError where a class is (nearly) missing."""
        from sklearn.isotonic import IsotonicRegression  # slow to import

        _check(persistent, score)
        fitted = IsotonicRegression(y_min=0, y_max=1).fit(score, persistent.astype(float))
        return cls(tuple(map(float, fitted.X_thresholds_)), tuple(map(float, fitted.y_thresholds_)))

    def __call__(self, score: Scores) -> Scores:
        """The probability that belongs to each score; beyond the knots that of the last one."""
        return np.interp(score, self.scores, self.probabilities)


Scaling = PlattScaling | IsotonicScaling
SCALINGS: dict[str, type[Scaling]] = {
    "platt": PlattScaling,
    "isotonic": IsotonicScaling,
}
"""Platt needs few detections; isotonic follows any never falling map, and needs many."""


def scaling_of(
    trials: pl.DataFrame,
    how: Literal["platt", "isotonic"] = "platt",
    splits: Sequence[str] = ("validation/same",),
) -> Scaling:
    """The scaling of a run, from its trials on splits that it neither learned from nor is tested on.

    Raises:
        PersistenceError: the trials have no such split, or too few detections of a class in them.
    """
    rows = trials.filter(pl.col("split").is_in(list(splits)))
    if rows.is_empty():
        known = ", ".join(trials["split"].unique(maintain_order=True).to_list())
        raise PersistenceError(
            f"no trials of {', '.join(splits)} to scale probabilities by; there are: {known}"
        )
    return SCALINGS[how].fit(rows["target"].to_numpy() == 1, rows["score"].cast(pl.Float64).to_numpy())


def _evidence(score: Scores) -> Scores:
    return logit(np.clip(score, SURE, 1 - SURE))


def _check(persistent: Labels, score: Scores) -> None:
    fewer = min(int(persistent.sum()), int((~persistent).sum()))
    if fewer < FEWEST:
        raise PersistenceError(
            f"expected {FEWEST} detections of each class to scale probabilities by; got {fewer}: give more clips"
        )
    if not (math.isfinite(float(np.sum(score))) and score.min() >= 0 and score.max() <= 1):
        raise PersistenceError("expected probabilities between 0 and 1 to scale; some are not")
