"""Intervals of any statistic of trials, by leaving out blocks of groups."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Int
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
    `statistic` gets the indices of the trials it may use.

    Raises:
        AnalysisError: there is only one group.
    """
    part = group_parts(groups, np.zeros(len(groups)), min(blocks, np.unique(groups).size), seed=seed)
    count = int(part.max()) + 1
    if count < 2:
        raise AnalysisError("expected at least two groups of trials, got 1: its spread cannot be known")
    whole = statistic(np.arange(part.size))
    without = np.array([statistic(np.flatnonzero(part != block)) for block in range(count)])
    spread = float(np.std(count * whole - (count - 1) * without, ddof=1))
    half = float(stats.t.ppf(0.975, count - 1)) * spread / np.sqrt(count)
    how = f"95% Student t by a jackknife over {count} blocks of groups"
    return Estimate(float(whole), float(whole - half), float(whole + half), np.unique(groups).size, None, how)
