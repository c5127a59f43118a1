"""Kinds of attention patterns, and whether there are any."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.inference.student_t import mean_estimate
from analysis.patterns.clusterers import NOISE, Clusterer, Labels, Patterns, mean_silhouette, silhouettes
from analysis.shown import Shown
from analysis.trials import finite_array


@dataclass(frozen=True)
class Clustering(Shown):
    """Groups of patterns beside what tells whether they are real.

    `silhouette` is held against normal patterns of the same covariance, `stability` is the adjusted Rand index
    with groups found in parts of the patterns, `noise` the share of patterns in no group.
    """

    labels: Labels
    method: str
    silhouette: Estimate
    stability: Estimate
    noise: Estimate

    @property
    def clusters(self) -> int:
        """How many groups."""
        return np.unique(self.labels[self.labels != NOISE]).size

    @property
    def sizes(self) -> dict[int, int]:
        """How many patterns each group has; −1 is noise."""
        names, counts = np.unique(self.labels, return_counts=True)
        return dict(zip(names.tolist(), counts.tolist(), strict=True))

    @property
    def verdict(self) -> str:
        """Whether the groups are more than a cloud of patterns would be cut into."""
        found = self.silhouette
        if found.null is None:
            return found.how
        real = found.null.p < 0.05 and found.value > found.null.value
        return "clusters" if real else "no detectable difference from one cloud"

    def __str__(self) -> str:
        parts = f"silhouette {self.silhouette}; stability {self.stability}; noise {self.noise}"
        return f"{self.clusters} clusters by {self.method}: {parts}; {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        estimates = {name: getattr(self, name).to_dict() for name in ("silhouette", "stability", "noise")}
        words = {"method": self.method, "clusters": self.clusters, "verdict": self.verdict}
        return finite({**words, **estimates, "labels": self.labels.tolist()})


def cluster_patterns(
    patterns: Patterns, clusterer: Clusterer, *, draws: int = 50, resamples: int = 20, seed: int = 0
) -> Clustering:
    """Group patterns `[patterns, dims]` and hold the groups against none.

    The null draws normal patterns with the same mean and covariance and groups them the same way (Liu et al.
    2008): one elongated cloud has a silhouette too. Stability is over parts of 80 % of the patterns, drawn
    without replacement.

    Raises:
        AnalysisError: fewer than ten patterns, or numbers that are not finite.
    """
    patterns = finite_array("patterns", patterns, "patterns dims")
    if len(patterns) < 10:
        raise AnalysisError(f"expected at least 10 patterns, got {len(patterns)}")
    labels, name = clusterer.fit(patterns, seed), repr(clusterer)
    noise = _share(int((labels == NOISE).sum()), labels.size)
    if np.unique(labels[labels != NOISE]).size < 2:
        nothing = Estimate.not_estimable("fewer than two clusters were found", n=labels.size)
        return Clustering(labels, name, nothing, nothing, noise)
    stability = _stability(patterns, labels, clusterer, resamples, seed)
    return Clustering(labels, name, _silhouette(patterns, labels, clusterer, draws, seed), stability, noise)


def _silhouette(patterns: Patterns, labels: Labels, clusterer: Clusterer, draws: int, seed: int) -> Estimate:
    each = silhouettes(patterns, labels, seed)
    if not each.size:
        return Estimate.not_estimable("every cluster has one pattern", n=labels.size)
    found = mean_estimate(each)
    rng, (center, spread) = np.random.default_rng(seed), _cloud(patterns)
    null = []
    for _ in range(draws):
        cloud = center + rng.standard_normal((len(patterns), len(spread))) @ spread
        null.append(mean_silhouette(cloud, clusterer.fit(cloud, seed), seed))
    beside = null_of(found.value, np.array(null), f"one normal cloud, {draws} draws", alternative="greater")
    how = "mean silhouette, 95% Student t over patterns, the clusters given"
    return Estimate(found.value, found.low, found.high, found.n, None, how, beside)


def _cloud(patterns: Patterns) -> tuple[np.ndarray, np.ndarray]:
    """Mean, and a matrix that gives standard normal numbers the covariance of the patterns."""
    center = patterns.mean(0)
    _, values, directions = np.linalg.svd(
        (patterns - center) / np.sqrt(len(patterns) - 1), full_matrices=False
    )
    return center, values[:, None] * directions


def _stability(
    patterns: Patterns, labels: Labels, clusterer: Clusterer, resamples: int, seed: int
) -> Estimate:
    from sklearn.metrics import adjusted_rand_score

    rng, size = np.random.default_rng(seed), round(0.8 * len(patterns))
    scores = []
    for _ in range(resamples):
        part = np.sort(rng.choice(len(patterns), size, replace=False))
        scores.append(adjusted_rand_score(labels[part], clusterer.fit(patterns[part], seed)))
    low, high = np.quantile(scores, [0.025, 0.975])
    how = f"adjusted Rand index with the whole, mean and central 95% of {resamples} parts of 80%"
    return Estimate(float(np.mean(scores)), float(low), float(high), resamples, 0.0, how)


def _share(count: int, n: int) -> Estimate:
    interval = stats.binomtest(count, n).proportion_ci(method="wilson")
    return Estimate(count / n, float(interval.low), float(interval.high), n, None, "share, 95% Wilson")
