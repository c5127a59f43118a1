"""Means over test outputs with intervals over tasks: the outputs of a task are not independent."""

from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float

from analysis import Estimate, Finding, Measure, Permutation, cluster_estimate


def over_tasks(
    values: Float[np.ndarray, " rows"], tasks: pl.Series, measure: Measure, cell: dict[str, Any]
) -> Finding:
    """A figure with its interval over tasks."""
    found = cluster_estimate(values, tasks.to_numpy(), chance=measure.chance)
    return Finding(measure.name, found.within(*measure.bounds), cell)


def against_none(
    values: Float[np.ndarray, " rows"], tasks: pl.Series, measure: Measure, cell: dict[str, Any]
) -> Finding:
    """A figure that is 0 where there is nothing to find; the null flips the signs of whole tasks."""
    found = cluster_estimate(values, tasks.to_numpy(), chance=0.0)
    index = np.unique(tasks.to_numpy(), return_inverse=True)[1]
    # Sums of tasks, scaled so that their mean is the mean over rows.
    sums = np.bincount(index, weights=values) * (index.max() + 1) / index.size
    null = Permutation().against_chance(sums, 0.0).null
    told = Estimate(found.value, found.low, found.high, found.n, 0.0, found.how, null)
    return Finding(measure.name, told.within(*measure.bounds), cell)
