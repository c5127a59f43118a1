"""Whether heads attend alike."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special

from analysis.estimates import Estimate, finite, null_of
from analysis.patterns.attention import AttentionPattern, WeightedPattern, weighted
from analysis.patterns.pattern_table import Labels, head_estimate
from analysis.shown import Shown


@dataclass(frozen=True)
class Agreement(Shown):
    """How alike two heads attend: 1 is the same, 0 is no key in common."""

    heads: tuple[int, int]
    estimate: Estimate

    def __str__(self) -> str:
        return f"heads {self.heads[0]} and {self.heads[1]}: {self.estimate}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, the estimate's beside the heads."""
        return finite({"heads": list(self.heads), **self.estimate.to_dict()})


def divergence(pattern: WeightedPattern, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """JSD = H((p + q) / 2) − (H(p) + H(q)) / 2 in bits, of each query's weights in two heads of a pattern.

    Lin 1991. NaN where a query attends nothing in either.
    """
    return _above(pattern, first, second, _halves(pattern, first, second))


def head_agreement(
    pattern: AttentionPattern, groups: Labels | None = None, *, draws: int = 99, seed: int = 0
) -> list[Agreement]:
    """1 − JSD of every two heads, averaged over queries, against weights shuffled within each query's keys.

    The null keeps how sharply each query attends and forgets where. Intervals are as in `pattern_table`.

    Raises:
        AnalysisError: only a summary was stored.
    """
    pattern, rng = weighted(pattern), np.random.default_rng(seed)
    weights = np.moveaxis(pattern.per_head(), pattern.head_axis, 0)
    return [
        Agreement(pair, _estimate(pattern, weights[list(pair)], groups, draws, rng))
        for pair in combinations(range(pattern.heads), 2)
    ]


def _estimate(
    pattern: WeightedPattern, pair: np.ndarray, groups: Labels | None, draws: int, rng: np.random.Generator
) -> Estimate:
    first, second = pair
    halves = _halves(pattern, first, second)

    def agreement(other: np.ndarray) -> Estimate:
        return head_estimate(1 - _above(pattern, first, other, halves), groups)

    found = agreement(second)
    null = [agreement(pattern.shuffled(second, rng)).value for _ in range(draws)]
    how = f"weights shuffled within each query, {draws} draws"
    beside = null_of(found.value, np.array(null), how)
    return Estimate(found.value, found.low, found.high, found.n, None, f"1 − JSD, {found.how}", beside)


def _halves(pattern: WeightedPattern, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(H(p) + H(q)) / 2, which shuffling leaves as it is; NaN where a query attends nothing in either."""
    there = (pattern.row_sums(first) > 0) & (pattern.row_sums(second) > 0)
    halves = pattern.row_sums(special.entr(first)) + pattern.row_sums(special.entr(second))
    return np.where(there, halves / 2, np.nan)


def _above(pattern: WeightedPattern, first: np.ndarray, second: np.ndarray, halves: np.ndarray) -> np.ndarray:
    """H((p + q) / 2) over the halves, in bits; cancellation may leave a rounding error below zero."""
    mixed = pattern.row_sums(special.entr((first + second) / 2))
    return np.maximum((mixed - halves) / np.log(2), 0.0)
