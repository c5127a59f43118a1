"""How right a probability of persistence is, detection by detection: and what is known of each figure."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int, Shaped
from scipy.stats import rankdata

from analysis import Estimate, Measure, cluster_estimate
from object_persistence.errors import PersistenceError

UNIT = (0.0, 1.0)
ACCURACY = Measure("accuracy", bounds=UNIT)
MAJORITY = Measure("majority", higher_is_better=None, bounds=(0.5, 1.0))
ABOVE_MAJORITY = Measure("above_majority", chance=0.0, bounds=(-1.0, 0.5))
BALANCED_ACCURACY = Measure("balanced_accuracy", chance=0.5, bounds=UNIT)
PERSISTENT_ACCURACY = Measure("persistent_accuracy", bounds=UNIT)
TRANSIENT_ACCURACY = Measure("transient_accuracy", bounds=UNIT)
AUROC = Measure("auroc", chance=0.5, bounds=UNIT)
BRIER = Measure("brier", higher_is_better=False, bounds=UNIT)
CALIBRATION_ERROR = Measure("calibration_error", higher_is_better=False, bounds=UNIT)
ACCURACY_SEEN = Measure("accuracy_seen", bounds=UNIT, cells=("seen",))
MEASURES = (
    ACCURACY,
    BALANCED_ACCURACY,
    AUROC,
    PERSISTENT_ACCURACY,
    TRANSIENT_ACCURACY,
    MAJORITY,
    ABOVE_MAJORITY,
    BRIER,
    CALIBRATION_ERROR,
    ACCURACY_SEEN,
)
"""The first is the primary one. `majority` is what the commoner answer scores, and stands beside every accuracy."""

BINS = 10
"""Equally wide bins of probability that a calibration error is taken over."""

Labels = Bool[np.ndarray, " detections"]
Scores = Float[np.ndarray, " detections"]


def accuracy(persistent: Labels, score: Scores) -> float:
    """The share of detections whose probability lies on their side of one half; one half itself says persistent."""
    return float(np.mean((score >= 0.5) == persistent))


def majority(persistent: Labels, score: Scores | None = None) -> float:
    """max(p, 1 − p), p the share of persistent detections: the accuracy of always giving the commoner answer."""
    return float(max(np.mean(persistent), np.mean(~persistent)))


def above_majority(persistent: Labels, score: Scores) -> float:
    """Accuracy less what the commoner answer scores on the same detections."""
    return accuracy(persistent, score) - majority(persistent)


def persistent_accuracy(persistent: Labels, score: Scores) -> float:
    """Accuracy among persistent detections (recall, sensitivity); NaN where there are none."""
    return accuracy(persistent[persistent], score[persistent]) if persistent.any() else math.nan


def transient_accuracy(persistent: Labels, score: Scores) -> float:
    """Accuracy among the others (specificity); NaN where there are none."""
    return persistent_accuracy(~persistent, np.where(score >= 0.5, 0.0, 1.0))


def balanced_accuracy(persistent: Labels, score: Scores) -> float:
    """The mean of the accuracies of both classes; NaN where there is one alone."""
    return (persistent_accuracy(persistent, score) + transient_accuracy(persistent, score)) / 2


def auroc(persistent: Labels, score: Scores) -> float:
    """AUROC = (Σ ranks of the persistent − n₊(n₊ + 1)/2) / (n₊ n₋), ties counting half; NaN for one class alone.

    Mann and Whitney's statistic (Hanley & McNeil 1982).
    """
    count = int(persistent.sum())
    others = len(persistent) - count
    if not count or not others:
        return math.nan
    ranks = float(rankdata(score)[persistent].sum())
    return (ranks - count * (count + 1) / 2) / (count * others)


def brier(persistent: Labels, score: Scores) -> float:
    """The mean squared gap between probability and outcome (Brier 1950)."""
    return float(np.mean(np.square(score - persistent)))


def calibration_error(persistent: Labels, score: Scores) -> float:
    """ECE = Σ_b n_b / n |share persistent in b − mean probability in b| over `BINS` bins (Naeini et al. 2015)."""
    table = reliability(persistent, score)
    gap = (table["persistent"] - table["score"]).abs() * table["detections"]
    return float(gap.sum()) / len(score)


def reliability(persistent: Labels, score: Scores, bins: int = BINS) -> pl.DataFrame:
    """Of every bin of probability that holds any: its edges, detections, mean probability, share of persistent ones.

    Columns `low`, `high`, `detections`, `score`, `persistent`.

    Raises:
        PersistenceError: a probability lies outside 0 to 1, or is not a number.
    """
    index = bin_of(score, bins)
    count = np.bincount(index, minlength=bins)
    held = np.flatnonzero(count)
    return pl.DataFrame(
        {
            "low": held / bins,
            "high": (held + 1) / bins,
            "detections": count[held],
            "score": np.bincount(index, score, bins)[held] / count[held],
            "persistent": np.bincount(index, persistent.astype(float), bins)[held] / count[held],
        }
    )


def bin_of(score: Scores, bins: int = BINS) -> Int[np.ndarray, " detections"]:
    """Of each probability p its bin min(⌊p · bins⌋, bins − 1): a bin holds its lower edge, the last holds 1 too.

    Raises:
        PersistenceError: a probability lies outside 0 to 1, or is not a number.
    """
    _check(score)
    return np.minimum((score * bins).astype(int), bins - 1)


@dataclass(frozen=True)
class Bin:
    """Detections that were given about the same probability, and the share of them that are persistent."""

    low: float
    high: float
    detections: int
    probability: float
    """Their mean."""
    share: Estimate


def reliability_bins(
    persistent: Labels, score: Scores, group: Shaped[np.ndarray, " detections"]
) -> list[Bin]:
    """The rows of `reliability` with the 95 % interval of each share over groups (clips).

    Raises:
        PersistenceError: a probability lies outside 0 to 1, or is not a number.
    """
    index = bin_of(score)
    within = [index == number for number in np.unique(index)]
    shares = [cluster_estimate(persistent[rows].astype(float), group[rows]).within(*UNIT) for rows in within]
    rows = reliability(persistent, score).drop("persistent").iter_rows()
    return [
        Bin(low, high, detections, mean, share)
        for (low, high, detections, mean), share in zip(rows, shares, strict=True)
    ]


FIGURES: Mapping[str, Callable[[Labels, Scores], float]] = {
    ACCURACY.name: accuracy,
    MAJORITY.name: majority,
    ABOVE_MAJORITY.name: above_majority,
    BALANCED_ACCURACY.name: balanced_accuracy,
    PERSISTENT_ACCURACY.name: persistent_accuracy,
    TRANSIENT_ACCURACY.name: transient_accuracy,
    AUROC.name: auroc,
    BRIER.name: brier,
    CALIBRATION_ERROR.name: calibration_error,
    ACCURACY_SEEN.name: accuracy,
}
"""What each measure is computed by."""


def measured(trials: pl.DataFrame, measure: Measure, by: Sequence[str] = ("split",)) -> pl.DataFrame:
    """A measure of trials in every combination of `by` and the measure's own cells: those columns, and `value`.

    A combination in which the measure does not exist, such as the AUROC of one class alone, has no row.

    Raises:
        PersistenceError: there is no such measure, or the trials lack a column that it needs.
    """
    if measure.name not in FIGURES:
        raise PersistenceError(f"{measure.name!r} is no measure; expected one of: {', '.join(FIGURES)}")
    by = list(dict.fromkeys((*by, *measure.cells)))
    if missing := [name for name in (*by, "target", "score") if name not in trials.columns]:
        raise PersistenceError(
            f"trials have no column {missing[0]!r}; expected among: {', '.join(trials.columns)}"
        )
    parts = trials.group_by(by, maintain_order=True) if by else [((), trials)]
    found = [(*key, _value(part, measure)) for key, part in parts if part.height]
    schema = {**{name: trials.schema[name] for name in by}, "value": pl.Float64}
    table = pl.DataFrame(found, schema=schema, orient="row").filter(pl.col("value").is_not_nan())
    return table.sort(by) if by else table


def _value(part: pl.DataFrame, measure: Measure) -> float:
    return FIGURES[measure.name](part["target"].to_numpy() == 1, part["score"].cast(pl.Float64).to_numpy())


def _check(score: Scores) -> None:
    outside = ~((score >= 0) & (score <= 1))
    if outside.any():
        raise PersistenceError(
            f"expected probabilities between 0 and 1; {outside.sum()} of {len(score)} are not, the first is "
            f"{score[outside][0]:g}"
        )
