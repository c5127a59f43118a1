"""How large a difference is, in units that do not depend on what was measured, with intervals."""

import math

import numpy as np
from jaxtyping import Float
from scipy import special, stats

from analysis.estimates import Estimate
from analysis.values import Values, checked, paired_gaps, without_rounding


def hedges_g(a: Values, b: Values, *, level: float = 0.95) -> Estimate:
    """Hedges' (1981) standardised difference of means, for units that do not pair.

        g = J(n_a + n_b − 2) · (mean(a) − mean(b)) / s_pooled

    The interval is the exact one of the population's difference under normality, from the noncentral t.
    Values that do not vary have no g, and fewer than three are too few.

    Raises:
        AnalysisError: a side is empty or not finite.
    """
    a, b = checked(a), checked(b)
    scale = max(np.abs(a).max(), np.abs(b).max())
    a, b, freedom = without_rounding(a, scale), without_rounding(b, scale), a.size + b.size - 2
    squares = np.square(a - a.mean()).sum() + np.square(b - b.mean()).sum()
    return _standardised(
        a.mean() - b.mean(), squares, freedom, math.sqrt(1 / a.size + 1 / b.size), a.size + b.size, level
    )


def hedges_g_paired(a: Values, b: Values, *, level: float = 0.95) -> Estimate:
    """Hedges' standardised mean of the differences d = a − b of units that pair (d_z, corrected).

        g = J(n − 1) · mean(d) / sd(d)

    The interval is as that of `hedges_g`.

    Raises:
        AnalysisError: unequal lengths, no values, or one is not finite.
    """
    gaps = paired_gaps(a, b)
    squares = np.square(gaps - gaps.mean()).sum()
    return _standardised(gaps.mean(), squares, gaps.size - 1, 1 / math.sqrt(gaps.size), gaps.size, level)


def cliffs_delta(a: Values, b: Values, *, level: float = 0.95) -> Estimate:
    """Cliff's dominance of one side over the other, whatever the distributions; chance is 0.

        δ = P(a > b) − P(a < b)

    The interval is Feng & Cliff's (2004) asymmetric one, from the consistent variance; where the sides do not
    overlap, and it has no width, it is Wilson's for as many successes in a row as the smaller side has units.

    Raises:
        AnalysisError: a side is empty or not finite.
    """
    a, b = checked(a), checked(b)
    above, below = _dominance(a, b), _dominance(b, a)
    delta, n = float(above.mean()), a.size + b.size
    if min(a.size, b.size) < 2:
        how = "Cliff's delta; no interval: a side has one unit"
        return Estimate(delta, math.nan, math.nan, n, 0.0, how)
    t = float(stats.t.ppf((1 + level) / 2, n - 2))
    if abs(delta) == 1:
        low, high = sorted((delta, delta * _wilson(min(a.size, b.size), t)))
    else:
        low, high = _feng_cliff(delta, _variance(a, b, above, below), t)
    return Estimate(delta, low, high, n, 0.0, f"Cliff's delta, {level:.0%} Feng & Cliff")


def small_sample(freedom: int) -> float:
    """J(f) = Γ(f/2) / (√(f/2) Γ((f−1)/2)), Hedges' (1981) exact correction; undefined below two."""
    if freedom < 2:
        return math.nan
    logarithm = special.gammaln(freedom / 2) - special.gammaln((freedom - 1) / 2)
    return float(np.exp(logarithm)) / math.sqrt(freedom / 2)


def _standardised(
    gap: float | np.floating,
    squares: float | np.floating,
    freedom: int,
    scale: float,
    n: int,
    level: float,
) -> Estimate:
    """Bounds δ with F(t; f, δ / scale) at the two tails, t = gap / (s · scale)."""
    if freedom < 2:
        return Estimate.not_estimable(f"Hedges g needs 2 degrees of freedom, {n} units have {freedom}", n=n)
    if squares == 0:
        return Estimate.not_estimable("Hedges g of values that do not vary", n=n)
    d = float(gap) / math.sqrt(float(squares) / freedom)
    low, high = (
        scale * float(special.nctdtrinc(freedom, tail, d / scale))
        for tail in ((1 + level) / 2, (1 - level) / 2)
    )
    return Estimate(small_sample(freedom) * d, low, high, n, 0.0, f"Hedges g, {level:.0%} noncentral t")


def _dominance(a: np.ndarray, b: np.ndarray) -> Float[np.ndarray, " units"]:
    """For each unit of a, the share of b below it minus the share above, in O(n log n)."""
    ordered = np.sort(b)
    return (np.searchsorted(ordered, a) + np.searchsorted(ordered, a, side="right")) / b.size - 1


def _variance(a: np.ndarray, b: np.ndarray, above: np.ndarray, below: np.ndarray) -> float:
    """The unbiased variance of δ (Cliff 1996), not below the smallest it can be."""
    delta, pairs = float(above.mean()), a.size * b.size
    rows = b.size**2 * np.square(above - delta).sum()
    columns = a.size**2 * np.square(below + delta).sum()
    cells = pairs - _ties(a, b) - pairs * delta**2
    found = (rows + columns - cells) / (pairs * (a.size - 1) * (b.size - 1))
    return max(float(found), (1 - delta**2) / (pairs - 1))


def _ties(a: np.ndarray, b: np.ndarray) -> int:
    ordered = np.sort(b)
    return int((np.searchsorted(ordered, a, side="right") - np.searchsorted(ordered, a)).sum())


def _feng_cliff(delta: float, variance: float, t: float) -> tuple[float, float]:
    center, wide = delta - delta**3, t * math.sqrt(variance * ((1 - delta**2) ** 2 + t**2 * variance))
    scale = 1 - delta**2 + t**2 * variance
    return max(-1.0, (center - wide) / scale), min(1.0, (center + wide) / scale)


def _wilson(n: int, t: float) -> float:
    """2 n / (n + t²) − 1, the lower bound of δ after n successes in n."""
    return (n - t**2) / (n + t**2)
