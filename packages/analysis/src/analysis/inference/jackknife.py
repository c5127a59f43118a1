"""Intervals of any statistic of trials, by leaving out blocks of groups."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.trials import Labels, group_parts


def jackknife(
    statistic: Callable[[Int[np.ndarray, " trials"]], float],
    groups: Labels,
    *,
    blocks: int = 20,
    seed: int = 0,
) -> Estimate:
    """A statistic of trials, with an interval from leaving out one block of groups at a time.

        θ ± t · s / √B,   s = sd(B θ − (B − 1) θ₋ᵦ)

    The delete-a-group jackknife with Student's t of B − 1 degrees of freedom (Tukey 1958; Kott 2001).
    `statistic` gets the indices of the trials it may use; the interval is not cut where θ has bounds.

    Raises:
        AnalysisError: there is only one group.
    """
    return jackknife_each(lambda kept: np.array([statistic(kept)]), groups, blocks=blocks, seed=seed)[0]


def jackknife_each(
    statistics: Callable[[Int[np.ndarray, " trials"]], Float[np.ndarray, " statistics"]],
    groups: Labels,
    *,
    blocks: int = 20,
    seed: int = 0,
) -> list[Estimate]:
    """`jackknife` of several statistics at once."""
    n = np.unique(groups).size
    if n < 2:
        raise AnalysisError("expected at least two groups of trials, got 1: its spread cannot be known")
    count = min(blocks, n)
    part = group_parts(groups, np.zeros(len(groups)), count, seed=seed)
    whole = statistics(np.arange(part.size))
    without = np.stack([statistics(np.flatnonzero(part != block)) for block in range(count)])
    spread = np.std(count * whole - (count - 1) * without, axis=0, ddof=1)
    half = stats.t.ppf(0.975, count - 1) * spread / np.sqrt(count)
    how = f"95% Student t by a jackknife over {count} blocks of groups"
    return [
        Estimate(float(value), float(value - by), float(value + by), n, None, how)
        for value, by in zip(whole, half, strict=True)
    ]
