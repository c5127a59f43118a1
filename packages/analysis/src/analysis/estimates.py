"""What a figure is made of: the value, its interval, the units behind it, and what it is held against."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from html import escape
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.shown import Shown
from analysis.words import one_of


@dataclass(frozen=True)
class Null(Shown):
    """What a statistic is where there is nothing to find: its mean, central 95 %, and p of what was observed.

    `draws` is the number of values under the null and `how` says how they were made.
    """

    value: float
    low: float
    high: float
    p: float
    draws: int
    how: str

    def __str__(self) -> str:
        return f"null {self.value:z.3f} [{self.low:z.3f}, {self.high:z.3f}], p = {self.p:.3g} ({self.how})"


@dataclass(frozen=True)
class Estimate:
    """A value with its interval, the number of independent units, and what it is held against.

    `chance` is a level known beforehand, `null` a distribution that was drawn; `how` says how value and
    interval were made, or why there is none.
    """

    value: float
    low: float
    high: float
    n: int
    chance: float | None = None
    how: str = ""
    null: Null | None = None

    @classmethod
    def not_estimable(cls, reason: str, *, n: int = 0, chance: float | None = None) -> "Estimate":
        """Stand where a value would: none, and why."""
        return cls(math.nan, math.nan, math.nan, n, chance, f"not estimable: {reason}")

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Estimate":
        """Read what `to_dict` wrote."""
        numbers = {name: _number(record[name]) for name in ("value", "low", "high")}
        null = record.get("null")
        return cls(**{**record, **numbers, "null": null and Null(**null)})

    def within(self, low: float, high: float) -> "Estimate":
        """The same estimate, its interval cut to the values that the figure can take; `how` says so where it was.

        What is cut off cannot hold the true value, so that coverage stays as it is.
        """
        if not (self.low < low or self.high > high):
            return self
        how = f"{self.how}, cut to [{low:g}, {high:g}]".lstrip(", ")
        return replace(self, low=max(self.low, low), high=min(self.high, high), how=how)

    def __str__(self) -> str:
        if math.isnan(self.value):
            return self.how or "not estimable"
        interval = "no interval" if math.isnan(self.low) else f"[{self.low:z.3f}, {self.high:z.3f}]"
        chance = "" if self.chance is None else f", chance {self.chance:.2f}"
        null = "" if self.null is None else f", {self.null}"
        return f"{self.value:z.3f} {interval}, n = {self.n}{chance}{null}"

    def _repr_html_(self) -> str:
        return f'<span title="{escape(self.how)}">{escape(str(self))}</span>'

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what could not be estimated is None, as JSON has no NaN."""
        return finite(asdict(self))


@dataclass(frozen=True)
class Difference:
    """How far one set of units lies above another, with interval, test and standardised size."""

    estimate: Estimate
    p: float
    effect_size: float
    n: int
    test: str
    effect: str

    def __str__(self) -> str:
        size = "not estimable" if math.isnan(self.effect_size) else f"{self.effect_size:.2f}"
        return f"{self.estimate}, {self.test} p = {self.p:.3g}, {self.effect} {size}"

    def _repr_html_(self) -> str:
        return f'<span title="{escape(self.estimate.how)}">{escape(str(self))}</span>'

    def to_dict(self) -> dict[str, Any]:
        """Plain values, with the estimate inside."""
        return finite(asdict(self))


@dataclass(frozen=True)
class Curve(Shown):
    """A value with its pointwise interval along an axis, and the number of independent units behind it.

    Where a bound cannot be told it is NaN, and `how` says when that is.
    """

    at: Float[np.ndarray, " points"]
    value: Float[np.ndarray, " points"]
    low: Float[np.ndarray, " points"]
    high: Float[np.ndarray, " points"]
    n: int
    how: str = ""

    def within(self, low: float, high: float) -> "Curve":
        """The same curve, its band cut to the values that the figure can take."""
        return replace(self, low=self.low.clip(low, high), high=self.high.clip(low, high))

    def to_dict(self) -> dict[str, Any]:
        """Plain lists; what could not be estimated is None."""
        lists = {name: getattr(self, name).tolist() for name in ("at", "value", "low", "high")}
        return finite({**lists, "n": self.n, "how": self.how})


def null_of(
    observed: float,
    draws: Float[np.ndarray, " draws"],
    how: str,
    *,
    alternative: str = "two-sided",
    exact: bool = False,
) -> Null:
    """Hold an observed statistic against values drawn under the null.

        p = (1 + #{drawn ≥ observed}) / (1 + draws)

    Phipson & Smyth (2010); where the draws are all there are (`exact`), neither 1 is added. "less" counts ≤,
    "two-sided" is twice the smaller side, at most 1. Values equal up to rounding are equal.

    Raises:
        AnalysisError: there are no draws, a number is not finite, or the alternative has another name.
    """
    if draws.size == 0 or not (np.isfinite(draws).all() and math.isfinite(observed)):
        raise AnalysisError(f"expected finite draws and a finite statistic, got {draws.size} and {observed}")
    slack = 1e-12 * max(abs(observed), float(np.abs(draws).max()))
    added = 0 if exact else 1
    above = (added + int((draws >= observed - slack).sum())) / (added + draws.size)
    below = (added + int((draws <= observed + slack).sum())) / (added + draws.size)
    sides = {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(above, below))}
    one_of("alternative", alternative, sides)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Null(float(draws.mean()), float(low), float(high), sides[alternative], draws.size, how)


def finite(record: Any) -> Any:
    """Replace NaN and infinities, which JSON lacks, by None, in nested dicts and sequences."""
    if isinstance(record, dict):
        return {key: finite(value) for key, value in record.items()}
    if isinstance(record, list | tuple):
        return [finite(value) for value in record]
    if isinstance(record, float) and not math.isfinite(record):
        return None
    return record


def _number(value: float | None) -> float:
    return math.nan if value is None else value
