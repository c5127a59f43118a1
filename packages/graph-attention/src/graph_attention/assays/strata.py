"""Rank correlations over nodes, against orders that keep what degree and pathway tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int, Shaped
from scipy import stats


@dataclass(frozen=True, eq=False)
class Strata:
    """Nodes that may change places: those with as many neighbours, in the same pathway.

    Hubs carry much flux and receive much attention whatever a network learnt, so that any score is "significant"
    against a free permutation.
    """

    labels: Int[np.ndarray, " nodes"]
    permutations: int = 999
    seed: int = 0

    @classmethod
    def of(cls, *features: Shaped[np.ndarray, " nodes"] | Sequence, **settings: int) -> "Strata":
        """Nodes that are alike in every feature."""
        codes = np.stack([np.unique(np.asarray(each), return_inverse=True)[1] for each in features])
        return cls(np.unique(codes, axis=1, return_inverse=True)[1].ravel(), **settings)

    @property
    def alone(self) -> int:
        """Nodes that are like no other, and stay where they are."""
        return int((np.bincount(self.labels) == 1).sum())

    @cached_property
    def orders(self) -> Int[np.ndarray, "permutations nodes"]:
        """The node that takes each node's place, draw after draw."""
        rng = np.random.default_rng(self.seed)
        place = np.argsort(self.labels, kind="stable")
        orders = np.empty((self.permutations, place.size), dtype=np.int64)
        for order in orders:
            order[place] = np.lexsort((rng.random(place.size), self.labels))
        return orders


@dataclass(frozen=True)
class Ranked:
    """Spearman's ρ of several scores with one truth in each medium, and with the truth moved within strata."""

    rho: Float[np.ndarray, "media scores"]
    drawn: Float[np.ndarray, "permutations media scores"]

    @property
    def p(self) -> Float[np.ndarray, "media scores"]:
        """Share of the draws at least as high, each medium by itself; NaN where a score or the truth is constant."""
        above = (self.drawn >= self.rho - 1e-12).sum(0)
        return np.where(np.isnan(self.rho), np.nan, (1 + above) / (1 + len(self.drawn)))

    @property
    def expected(self) -> Float[np.ndarray, "media scores"]:
        """What degree and pathway alone give."""
        return self.drawn.mean(0)


def ranked(
    scores: Float[np.ndarray, "media scores nodes"], truth: Float[np.ndarray, "media nodes"], strata: Strata
) -> Ranked:
    """Correlate the ranks of every score with those of the truth.

        ρ = corr(rank s, rank t),   ρ₀ = corr(rank s, rank π(t)),   π within strata

    All media share the permutations, so that what they have in common stays in common.
    """
    found, media = standardised(scores), len(truth)
    target = standardised(truth)
    drawn = np.empty((strata.permutations, media, scores.shape[1]))
    for medium in range(media):
        drawn[:, medium] = target[medium][strata.orders] @ found[medium].T
    return Ranked(np.einsum("msn,mn->ms", found, target), drawn)


def standardised(values: Float[np.ndarray, "*axes nodes"]) -> Float[np.ndarray, "*axes nodes"]:
    """Ranks with mean 0 and length 1; NaN where all values are equal."""
    ranks = stats.rankdata(values, axis=-1)
    ranks -= ranks.mean(-1, keepdims=True)
    length = np.linalg.norm(ranks, axis=-1, keepdims=True)
    return ranks / np.where(length > 0, length, np.nan)
