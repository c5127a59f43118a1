"""Figures of a split with clips drawn again: every one is made from sums over clips."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from analysis import Bootstrap, Estimate, Measure
from object_persistence.metrics import (
    ABOVE_MAJORITY,
    ACCURACY,
    AUROC,
    BALANCED_ACCURACY,
    BINS,
    BRIER,
    CALIBRATION_ERROR,
    MAJORITY,
    PERSISTENT_ACCURACY,
    TRANSIENT_ACCURACY,
    bin_of,
)

Weights = Float[np.ndarray, "draws clips"]
"""How often each clip counts."""
Drawn = Float[np.ndarray, " draws"]


@dataclass(frozen=True, eq=False)
class DrawnClips:
    """The detections of a split by clip, and clips drawn with replacement: the units of every interval.

    A figure of 999 such draws takes a product of matrices, where it would take 999 passes over all detections.
    """

    persistent: Bool[np.ndarray, " detections"]
    score: Float[np.ndarray, " detections"]
    clip: Int[np.ndarray, " detections"]
    bootstrap: Bootstrap

    @classmethod
    def of(cls, trials: pl.DataFrame, bootstrap: Bootstrap) -> "DrawnClips":
        """From rows with the columns `target`, `score` and `group`."""
        clip = np.unique(trials["group"].to_numpy(), return_inverse=True)[1]
        return cls(
            trials["target"].to_numpy() == 1, trials["score"].cast(pl.Float64).to_numpy(), clip, bootstrap
        )

    def estimate(self, measure: Measure) -> Estimate:
        """The figure of all clips, and the percentile interval over clips."""
        value = float(self.figure(measure, np.ones((1, self.clips)))[0])
        if np.isnan(value):
            return Estimate.not_estimable(
                "there are detections of one class alone", n=self.clips, chance=measure.chance
            )
        draws = self.figure(measure, self.weights)
        found = self.bootstrap.percentile(value, draws, self.clips, "clips", chance=measure.chance)
        return found.within(*measure.bounds)

    def figure(self, measure: Measure, weights: Weights) -> Drawn:
        """A measure of each draw; NaN where a draw lacks a class that it needs."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return FIGURES[measure.name](self, weights)

    @property
    def clips(self) -> int:
        """How many clips have a detection."""
        return int(self.clip.max()) + 1

    @cached_property
    def weights(self) -> Weights:
        """How often each clip is drawn, draw after draw."""
        rng = np.random.default_rng(self.bootstrap.seed)
        return rng.multinomial(
            self.clips, np.full(self.clips, 1 / self.clips), self.bootstrap.resamples
        ).astype(float)

    @cached_property
    def counts(self) -> Float[np.ndarray, "clips classes"]:
        """Transient and persistent detections of each clip."""
        return np.stack([self._sums(~self.persistent), self._sums(self.persistent)], 1)

    @cached_property
    def right(self) -> Float[np.ndarray, "clips classes"]:
        """Those of them that are called what they are."""
        right = (self.score >= 0.5) == self.persistent
        return np.stack([self._sums(right & ~self.persistent), self._sums(right & self.persistent)], 1)

    @cached_property
    def squared(self) -> Float[np.ndarray, " clips"]:
        """Sums of squared gaps between probability and outcome."""
        return self._sums(np.square(self.score - self.persistent))

    @cached_property
    def gaps(self) -> Float[np.ndarray, "clips bins"]:
        """Sums of outcome less probability, by bin of probability."""
        at = bin_of(self.score)
        return np.stack(
            [self._sums((self.persistent - self.score) * (at == each)) for each in range(BINS)], 1
        )

    @cached_property
    def ordered(self) -> Float[np.ndarray, "clips clips"]:
        """U_gh: pairs of a persistent detection of clip g and another of clip h in the right order, ties half."""
        ours, owner = self.score[self.persistent], self.clip[self.persistent]
        pairs = np.zeros((self.clips, self.clips))
        for clip in range(self.clips):
            theirs = np.sort(self.score[~self.persistent & (self.clip == clip)])
            below = np.searchsorted(theirs, ours, "left") + np.searchsorted(theirs, ours, "right")
            pairs[:, clip] = np.bincount(owner, below / 2, self.clips)
        return pairs

    def _sums(self, values: np.ndarray) -> Float[np.ndarray, " clips"]:
        return np.bincount(self.clip, values.astype(float), self.clips)


def accuracy(clips: DrawnClips, weights: Weights) -> Drawn:
    """Right over all."""
    return (weights @ clips.right).sum(1) / (weights @ clips.counts).sum(1)


def of_class(clips: DrawnClips, weights: Weights, which: int) -> Drawn:
    """Right over all of one class; 0 transient, 1 persistent."""
    return (weights @ clips.right)[:, which] / (weights @ clips.counts)[:, which]


def majority(clips: DrawnClips, weights: Weights) -> Drawn:
    """The commoner class over all."""
    counts = weights @ clips.counts
    return counts.max(1) / counts.sum(1)


def auroc(clips: DrawnClips, weights: Weights) -> Drawn:
    """Σ_gh w_g w_h U_gh / (n₊ n₋)."""
    return ((weights @ clips.ordered) * weights).sum(1) / (weights @ clips.counts).prod(1)


def brier(clips: DrawnClips, weights: Weights) -> Drawn:
    """Squared gaps over all."""
    return weights @ clips.squared / (weights @ clips.counts).sum(1)


def calibration_error(clips: DrawnClips, weights: Weights) -> Drawn:
    """Σ_b |outcomes − probabilities in b| over all."""
    return np.abs(weights @ clips.gaps).sum(1) / (weights @ clips.counts).sum(1)


FIGURES = {
    ACCURACY.name: accuracy,
    MAJORITY.name: majority,
    ABOVE_MAJORITY.name: lambda clips, weights: accuracy(clips, weights) - majority(clips, weights),
    TRANSIENT_ACCURACY.name: lambda clips, weights: of_class(clips, weights, 0),
    PERSISTENT_ACCURACY.name: lambda clips, weights: of_class(clips, weights, 1),
    BALANCED_ACCURACY.name: lambda clips, weights: sum(of_class(clips, weights, each) for each in (0, 1)) / 2,
    AUROC.name: auroc,
    BRIER.name: brier,
    CALIBRATION_ERROR.name: calibration_error,
}
"""What each measure is computed by; `object_persistence.metrics` says what they are."""
