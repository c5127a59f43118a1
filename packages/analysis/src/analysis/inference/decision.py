"""Which side of a null a value lies on: the one rule by which comparisons and claims decide."""

import math
from typing import Literal

from analysis.estimates import Estimate

Side = Literal["greater", "less", ""]


def side_of(found: Estimate, low: float, high: float, p: float | None, *, alpha: float = 0.05) -> Side:
    """The side of a null, from low to high, on which an estimate lies; none unless interval and p agree.

    The interval must leave the null out, and p, where a test belongs to it, must lie below alpha.
    """
    convincing = p is None or p < alpha
    return _beyond(found, low, high) if convincing else ""


def disagreement(
    found: Estimate, low: float, high: float, p: float | None, *, alpha: float = 0.05, null: str = "the null"
) -> str:
    """What interval and p say where they do not agree, as where they come from different tests; else nothing."""
    side = _beyond(found, low, high)
    if p is None or math.isnan(p) or bool(side) == (p < alpha):
        return ""
    if side:
        return f"the interval leaves {null} out, but p = {p:.3g}"
    holds = "there is no interval" if math.isnan(found.low) else f"the interval holds {null}"
    return f"p = {p:.3g}, but {holds}"


def _beyond(found: Estimate, low: float, high: float) -> Side:
    return "greater" if found.low > high else "less" if found.high < low else ""
