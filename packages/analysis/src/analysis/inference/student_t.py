"""Means with intervals and differences with tests, by Student's t."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Difference as Difference
from analysis.estimates import Estimate as Estimate
from analysis.estimates import finite as finite
from analysis.inference.effect_sizes import small_sample
from analysis.inference.multiplicity import holm as holm
from analysis.values import Values as Values
from analysis.values import checked, paired_gaps, without_rounding


def mean_estimate(values: Values, *, chance: float | None = None, level: float = 0.95) -> Estimate:
    """M ± t · s / √n, Student's interval for the mean of independent units; one unit has no interval.

    Raises:
        AnalysisError: `values` is empty or holds a number that is not finite.
    """
    values = checked(values)
    center, error = float(values.mean()), _standard_error(values)
    low, high = _interval(center, error, values.size - 1, level)
    return Estimate(center, low, high, values.size, chance, f"mean, {level:.0%} Student t over units")


def cluster_estimate(
    values: Values, groups: Sequence | np.ndarray, *, chance: float | None = None, level: float = 0.95
) -> Estimate:
    """Mean over items, with an interval over the groups the items come from.

        s² = G / (G − 1) · Σ_g (Σ_{i∈g} x_i − m)² / N²

    The cluster-robust variance of a mean (Liang & Zeger 1986) with G − 1 degrees of freedom: items of one
    group are not counted as independent. `n` is the number of groups.

    Raises:
        AnalysisError: nothing to average, a number that is not finite, or not one group per item.
    """
    values = checked(values)
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    if index.shape != values.shape:
        raise AnalysisError(f"expected one group per value ({values.size}), got {index.size}")
    center, count = float(values.mean()), int(index.max()) + 1
    sums = np.bincount(index, weights=values - center)
    error = math.sqrt(count / (count - 1) * float(sums @ sums)) / values.size if count > 1 else math.nan
    low, high = _interval(center, error, count - 1, level)
    return Estimate(center, low, high, count, chance, f"mean over items, {level:.0%} Student t over groups")


def paired_difference(a: Values, b: Values, *, level: float = 0.95) -> Difference:
    """Mean of a − b over units that pair, by the paired t test.

        g = J(n − 1) · mean(d) / sd(d)

    The effect size is Hedges' g of the paired differences (d_z with the small-sample correction J of Hedges
    1981), estimable from three pairs on. Differences that are all exactly 0 have p = 1 and g = 0.

    Raises:
        AnalysisError: unequal lengths, nothing to compare, or a number that is not finite.
    """
    gaps = paired_gaps(a, b)
    center, error = float(gaps.mean()), _standard_error(gaps)
    size = _ratio(center, error * math.sqrt(gaps.size)) * small_sample(gaps.size - 1)
    return _difference(center, error, gaps.size - 1, level, gaps.size, size, "paired t", "Hedges g of pairs")


def difference(a: Values, b: Values, *, level: float = 0.95) -> Difference:
    """mean(a) − mean(b) over units that do not pair, by Welch's t test.

        g = J(n_a + n_b − 2) · (mean(a) − mean(b)) / s_pooled

    Raises:
        AnalysisError: nothing to compare, or a number that is not finite.
    """
    a, b = checked(a), checked(b)
    scale = max(np.abs(a).max(), np.abs(b).max())
    errors = np.array([_standard_error(without_rounding(side, scale)) for side in (a, b)])
    center, error = float(without_rounding(a.mean() - b.mean(), scale)), float(np.hypot(*errors))
    freedom = a.size + b.size - 2
    pooled = math.sqrt(float(errors**2 @ _counts(a, b)) / freedom) if freedom > 0 else math.nan
    size = _ratio(center, pooled) * small_sample(freedom)
    welch = _welch_freedom(errors, a, b)
    return _difference(center, error, welch, level, a.size + b.size, size, "Welch t", "Hedges g")


def _standard_error(values: np.ndarray) -> float:
    if values.size < 2:
        return math.nan
    return float(values.std(ddof=1)) / math.sqrt(values.size) if np.ptp(values) else 0.0


def _interval(center: float, error: float, freedom: int | float, level: float) -> tuple[float, float]:
    if math.isnan(error):
        return math.nan, math.nan
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * error if error else 0.0
    return center - half, center + half


def _difference(
    center: float,
    error: float,
    freedom: int | float,
    level: float,
    n: int,
    size: float,
    test: str,
    effect: str,
) -> Difference:
    low, high = _interval(center, error, freedom, level)
    how = f"difference of means, {level:.0%} {test}"
    return Difference(
        Estimate(center, low, high, n, None, how), _p(center, error, freedom), size, n, test, effect
    )


def _p(center: float, error: float, freedom: int | float) -> float:
    if math.isnan(error):
        return math.nan
    if error == 0:
        return 1.0 if center == 0 else 0.0
    return float(2 * stats.t.sf(abs(center / error), freedom))


def _ratio(center: float, spread: float) -> float:
    if spread == 0:
        return 0.0 if center == 0 else math.copysign(math.inf, center)
    return center / spread


def _counts(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """N (n − 1) of each side: what turns a squared standard error back into a sum of squares."""
    return np.array([a.size * (a.size - 1), b.size * (b.size - 1)], dtype=float)


def _welch_freedom(errors: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    squares = errors**2
    if not squares.sum() > 0:
        return float(a.size + b.size - 2)
    return float(squares.sum() ** 2 / (squares**2 / [a.size - 1, b.size - 1]).sum())
