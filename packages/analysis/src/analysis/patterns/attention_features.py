"""Whether attention goes with the features of tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import permutations as all_orders
from math import factorial
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float
from scipy import stats
from scipy.spatial.distance import cdist

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.inference.multiplicity import benjamini_hochberg
from analysis.patterns.ratios import NO_DIFFERENCE
from analysis.shown import Shown
from analysis.trials import finite_array
from analysis.words import by_name, one_of

Method = Literal["pearson", "spearman"]
Square = Float[np.ndarray, "tokens tokens"]
METHODS = get_args(Method)
METRICS = (
    "braycurtis",
    "canberra",
    "chebyshev",
    "cityblock",
    "correlation",
    "cosine",
    "euclidean",
    "jensenshannon",
    "mahalanobis",
    "minkowski",
    "seuclidean",
    "sqeuclidean",
)
"""SciPy's distances of numbers."""
MOST_TOKENS = 4000
"""Matrices over more tokens than this are refused."""


@dataclass(frozen=True)
class FeatureCorrelation(Shown):
    """How a statistic of tokens goes with one of their features; p is corrected over the features."""

    feature: str
    method: Method
    estimate: Estimate
    p_corrected: float = np.nan

    @property
    def verdict(self) -> str:
        """The sign, "no detectable difference" from none, or why it cannot be told."""
        if np.isnan(self.estimate.value):
            return self.estimate.how
        if not self.p_corrected < 0.05:
            return NO_DIFFERENCE
        return "rises with it" if self.estimate.value > 0 else "falls with it"

    def __str__(self) -> str:
        return f"{self.feature} ({self.method}): {self.estimate}; {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        words = {"feature": self.feature, "method": self.method, "verdict": self.verdict}
        return finite({**words, "p_corrected": self.p_corrected, **self.estimate.to_dict()})


def feature_correlations(
    values: Float[np.ndarray, " tokens"],
    features: Mapping[str, np.ndarray],
    method: Method = "spearman",
    *,
    permutations: int = 1000,
    seed: int = 0,
) -> list[FeatureCorrelation]:
    """Correlation of what each token receives, say, with each of its features.

    Fisher's interval, with Bonett & Wright's (2000) variance for ranks; the null shuffles tokens. A feature
    that is the same for all tokens has no correlation and says so.

    Raises:
        AnalysisError: there are no features, lengths that differ, or numbers that are not finite.
    """
    one_of("method", method, METHODS)
    by_name("features", features, "features")
    if not features:
        raise AnalysisError("expected at least one feature, got none")
    values = finite_array("values", values, "tokens")
    found = [
        FeatureCorrelation(name, method, _correlation(name, values, feature, method, permutations, seed))
        for name, feature in features.items()
    ]
    p = [np.nan if each.estimate.null is None else each.estimate.null.p for each in found]
    corrected = benjamini_hochberg(p)
    return [replace(each, p_corrected=float(value)) for each, value in zip(found, corrected, strict=True)]


def mantel(
    first: Square, second: Square, method: Method = "spearman", *, permutations: int = 1000, seed: int = 0
) -> Estimate:
    """Correlation of two matrices of similarities over their pairs of tokens (Mantel 1967).

    Pairs that share a token are not independent: the null exchanges whole tokens, by all orders where there
    are no more than `permutations`, and the interval leaves out one token at a time (jackknife).

    Raises:
        AnalysisError: matrices that are not square, symmetric, alike and finite, or of fewer than five or more
            than 4000 tokens.
    """
    one_of("method", method, METHODS)
    first, second = _checked_square("first", first), _checked_square("second", second)
    if first.shape != second.shape:
        raise AnalysisError(f"expected matrices of the same tokens, got {first.shape} and {second.shape}")
    if method == "spearman":
        first, second = _ranked(first), _ranked(second)
    tokens = len(first)
    above = np.triu_indices(tokens, 1)
    if not (np.ptp(first[above]) and np.ptp(second[above])):
        return Estimate.not_estimable("all pairs of tokens are equally similar", n=tokens, chance=0.0)
    value = _pearson(first[above], second[above])
    exact = factorial(min(tokens, 20)) <= permutations
    rng = np.random.default_rng(seed)
    orders = all_orders(range(tokens)) if exact else (rng.permutation(tokens) for _ in range(permutations))
    draws = np.array([_pearson(first[above], _exchanged(second, np.array(order))[above]) for order in orders])
    null = null_of(
        value, draws, f"tokens exchanged, {draws.size} {'orders' if exact else 'draws'}", exact=exact
    )
    low, high = _without_each(first, second, value)
    return Estimate(
        value, low, high, tokens, 0.0, f"Mantel {method}, 95% Student t by jackknife over tokens", null
    )


def profile_similarity(profiles: Float[np.ndarray, "tokens dims"], metric: str = "cosine") -> Square:
    """1 − distance of every two profiles: what tokens attend to, or their features.

    `metric` is one of SciPy's for numbers; "jensenshannon" suits rows of attention.

    Raises:
        AnalysisError: numbers that are not finite, a profile of zeros, more than 4000 tokens, or no such metric.
    """
    one_of("metric", metric, METRICS)
    profiles = finite_array("profiles", profiles, "tokens dims")
    if len(profiles) > MOST_TOKENS:
        raise AnalysisError(f"expected at most {MOST_TOKENS} tokens, got {len(profiles)}; draw some of them")
    if metric in ("cosine", "jensenshannon") and not profiles.any(1).all():
        raise AnalysisError(f"{int((~profiles.any(1)).sum())} profiles are all zero; leave those tokens out")
    # Both may lie a rounding error off symmetric.
    near = 1 - cdist(profiles, profiles, metric)  # pyright: ignore
    return (near + near.T) / 2


def _correlation(
    name: str, values: np.ndarray, feature: np.ndarray, method: Method, permutations: int, seed: int
) -> Estimate:
    feature = finite_array(name, feature, "tokens")
    if feature.shape != values.shape:
        raise AnalysisError(f"{name}: expected one per token ({values.size}), got {feature.size}")
    for what, side in (("the statistic", values), (name, feature)):
        if np.ptp(side) == 0:
            return Estimate.not_estimable(f"{what} is the same for all tokens", n=values.size, chance=0.0)
    if values.size < 5:
        return Estimate.not_estimable("fewer than five tokens", n=values.size, chance=0.0)
    one, two = (_standard(side, method) for side in (values, feature))
    value, rng = float(one @ two), np.random.default_rng(seed)
    draws = np.array([one @ two[rng.permutation(two.size)] for _ in range(permutations)])
    null = null_of(value, draws, f"tokens shuffled, {permutations} draws")
    low, high = _fisher(value, values.size, method)
    return Estimate(value, low, high, values.size, 0.0, f"{method}, 95% Fisher z over tokens", null)


def _standard(values: np.ndarray, method: Method) -> np.ndarray:
    values = stats.rankdata(values) if method == "spearman" else values
    centred = values - values.mean()
    return centred / np.linalg.norm(centred)


def _fisher(value: float, n: int, method: Method) -> tuple[float, float]:
    error = np.sqrt((1 + (value**2 / 2 if method == "spearman" else 0.0)) / (n - 3))
    # ±1 has no z; its interval is itself.
    center = np.arctanh(np.clip(value, -1 + 1e-15, 1 - 1e-15))
    low, high = np.tanh(center + stats.norm.ppf([0.025, 0.975]) * error)
    return float(low), float(high)


def _checked_square(name: str, matrix: np.ndarray) -> np.ndarray:
    matrix = finite_array(name, matrix, "tokens tokens")
    if matrix.shape[0] != matrix.shape[1] or not np.allclose(matrix, matrix.T):
        raise AnalysisError(f"{name}: expected a symmetric matrix, got the shape {matrix.shape}")
    if not 5 <= len(matrix) <= MOST_TOKENS:
        raise AnalysisError(f"{name}: expected 5 to {MOST_TOKENS} tokens, got {len(matrix)}")
    return matrix


def _ranked(matrix: np.ndarray) -> np.ndarray:
    above = np.triu_indices(len(matrix), 1)
    ranks = np.zeros(matrix.shape)
    ranks[above] = stats.rankdata(matrix[above])
    return ranks + ranks.T


def _exchanged(matrix: np.ndarray, order: np.ndarray) -> np.ndarray:
    return matrix[np.ix_(order, order)]


def _pearson(one: np.ndarray, two: np.ndarray) -> float:
    one, two = one - one.mean(), two - two.mean()
    return float(one @ two / np.sqrt((one @ one) * (two @ two)))


def _without_each(first: np.ndarray, second: np.ndarray, value: float) -> tuple[float, float]:
    """Tukey's interval from the sums over pairs, less those of the pairs that one token is in."""
    tokens = len(first)
    pairs = (tokens - 1) * (tokens - 2)
    parts = [
        matrix - np.diag(np.diag(matrix)) for matrix in (first, second, first * second, first**2, second**2)
    ]
    sums = [part.sum() - 2 * part.sum(0) for part in parts]
    x, y, xy, xx, yy = (total / pairs for total in sums)
    spread = np.sqrt((xx - x**2) * (yy - y**2))
    without = np.divide(xy - x * y, spread, out=np.full(tokens, value), where=spread > 0)
    error = np.std(tokens * value - (tokens - 1) * without, ddof=1) / np.sqrt(tokens)
    half = float(stats.t.ppf(0.975, tokens - 1) * error)
    return value - half, value + half
