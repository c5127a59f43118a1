"""Ways to group patterns; each finds what it needs to know in the patterns themselves."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from analysis.errors import AnalysisError

Patterns = Float[np.ndarray, "patterns dims"]
Labels = Int[np.ndarray, " patterns"]
NOISE = -1
LARGEST_SAMPLE = 2000
"""A silhouette looks at no more patterns than this."""
MOST_NEIGHBOURS = 20_000
"""DBSCAN keeps every neighbourhood: more patterns than this may fill the memory."""


class Clusterer(ABC):
    """A way to group patterns; a pattern in no group is labelled −1."""

    @abstractmethod
    def fit(self, patterns: Patterns, seed: int = 0) -> Labels:
        """The group of each pattern."""


@dataclass(frozen=True)
class KMeansClusters(Clusterer):
    """k-means (Lloyd 1982); the k up to `most` with the largest silhouette where `k` is None."""

    k: int | None = None
    most: int = 8

    def fit(self, patterns: Patterns, seed: int = 0) -> Labels:
        """The group of each pattern; none is noise."""
        tried = range(2, min(self.most, len(patterns) - 1) + 1) if self.k is None else [self.k]
        fits = [_k_means(patterns, k, seed) for k in tried]
        return (
            max(fits, key=lambda labels: mean_silhouette(patterns, labels, seed))
            if len(fits) > 1
            else fits[0]
        )


@dataclass(frozen=True)
class DensityClusters(Clusterer):
    """DBSCAN (Ester et al. 1996); `eps` is the knee of the distances to the k-th neighbour where it is None."""

    eps: float | None = None
    neighbours: int = 5

    def fit(self, patterns: Patterns, seed: int = 0) -> Labels:
        """The group of each pattern."""
        from sklearn.cluster import DBSCAN

        if len(patterns) > MOST_NEIGHBOURS:
            raise AnalysisError(
                f"expected at most {MOST_NEIGHBOURS} patterns for DBSCAN, got {len(patterns)}; draw some, or use "
                "KMeansClusters"
            )
        eps = knee(patterns, self.neighbours) if self.eps is None else self.eps
        return DBSCAN(eps=eps, min_samples=self.neighbours).fit_predict(patterns)


@dataclass(frozen=True)
class HierarchicalDensityClusters(Clusterer):
    """HDBSCAN (Campello et al. 2013), with groups of at least `smallest` patterns."""

    smallest: int = 10

    def fit(self, patterns: Patterns, seed: int = 0) -> Labels:
        """The group of each pattern."""
        from sklearn.cluster import HDBSCAN

        if len(patterns) < self.smallest:
            raise AnalysisError(f"expected at least {self.smallest} patterns, got {len(patterns)}")
        return HDBSCAN(min_cluster_size=self.smallest, copy=True).fit_predict(patterns)  # pyright: ignore


def knee(patterns: Patterns, neighbours: int) -> float:
    """The distance to the k-th neighbour farthest below the chord of the sorted distances.

    Raises:
        AnalysisError: too few patterns, or most of them are the same.
    """
    from sklearn.neighbors import NearestNeighbors

    if len(patterns) <= neighbours:
        raise AnalysisError(f"expected more than {neighbours} patterns, got {len(patterns)}")
    far = NearestNeighbors(n_neighbors=neighbours).fit(patterns).kneighbors()[0][:, -1]
    far = np.sort(far)
    chord = np.linspace(far[0], far[-1], far.size)
    found = float(far[np.argmax(chord - far)])
    if not found > 0:
        raise AnalysisError("most patterns are the same; name eps, or look at how many differ")
    return found


def silhouettes(patterns: Patterns, labels: Labels, seed: int = 0) -> np.ndarray:
    """(b − a) / max(a, b) of up to 2000 patterns that are in a group (Rousseeuw 1987); empty for one group."""
    from sklearn.metrics import silhouette_samples

    inside = np.flatnonzero(labels != NOISE)
    if inside.size > LARGEST_SAMPLE:
        inside = np.sort(np.random.default_rng(seed).choice(inside, LARGEST_SAMPLE, replace=False))
    groups = np.unique(labels[inside]).size
    if not 2 <= groups < inside.size:
        return np.zeros(0)
    return np.asarray(silhouette_samples(patterns[inside], labels[inside]))


def mean_silhouette(patterns: Patterns, labels: Labels, seed: int = 0) -> float:
    """The mean of `silhouettes`, −1 where there are none."""
    found = silhouettes(patterns, labels, seed)
    return float(found.mean()) if found.size else -1.0


def _k_means(patterns: Patterns, k: int, seed: int) -> Labels:
    from sklearn.cluster import KMeans

    distinct = len(np.unique(patterns, axis=0))
    if not 2 <= k <= distinct:
        raise AnalysisError(f"expected 2 to {distinct} groups for {distinct} distinct patterns, got {k}")
    return KMeans(k, n_init=5, random_state=seed).fit_predict(patterns)  # pyright: ignore
