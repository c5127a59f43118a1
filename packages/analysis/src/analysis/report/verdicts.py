"""On which side of what is known beforehand an interval lies."""

import math
from dataclasses import replace

from analysis.estimates import Estimate
from analysis.inference.decision import side_of

UNDECIDED = "no detectable difference"


def verdict_of(found: Estimate, drawn: float | None = None) -> str:
    """Say whether the whole interval lies above or below chance and the null's mean, beyond both where both are known.

    A null of the estimate's own must be left at p < 0.05 as well, and decides alone where there is no interval;
    `drawn` is the mean of the nulls of several figures. Nothing is said where there is nothing to hold it against.
    """
    null = found.null
    mean = drawn if null is None else null.value
    levels = [level for level in (found.chance, mean) if level is not None]
    low, high = (found.value, found.value) if math.isnan(found.low) and null else (found.low, found.high)
    if not levels or math.isnan(low):
        return ""
    against = "its null" if found.chance is None else "chance"
    bounds = replace(found, low=low, high=high)
    side = side_of(bounds, min(levels), max(levels), null.p if null else None)
    return {"greater": f"above {against}", "less": f"below {against}"}.get(side, UNDECIDED)
