"""A line of the ladder's table: a figure of one arm, what it was aimed at, and whether that was reached."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analysis import Estimate


@dataclass(frozen=True)
class Target:
    """A bound that was named beforehand; the mean is held against it, not its interval."""

    bound: float
    at_least: bool = True

    def met(self, value: float) -> bool:
        """Whether a value is on the right side."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}".replace("e-0", "e-")


@dataclass(frozen=True)
class Figure:
    """One figure; `over` says what its interval is over, the last two how tasks that were read were solved."""

    what: str
    arm: str
    estimate: Estimate
    over: str
    target: Target | None = None
    beside: str = ""
    """What the figure is to be read beside, such as uniform attention."""
    protocol: str = ""
    convention: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target was reached or missed; nothing where nothing was aimed at, or nothing is known."""
        if self.target is None or math.isnan(self.estimate.value):
            return ""
        return "reached" if self.target.met(self.estimate.value) else "missed"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON holds them."""
        told = {
            name: getattr(self, name) for name in ("what", "arm", "over", "beside", "protocol", "convention")
        }
        target = None if self.target is None else asdict(self.target)
        return {**told, "estimate": self.estimate.to_dict(), "target": target, "verdict": self.verdict}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Figure":
        """Read what `to_dict` wrote."""
        given = {name: value for name, value in record.items() if name != "verdict"}
        target = given["target"] and Target(**given["target"])
        return cls(**{**given, "estimate": Estimate.from_dict(given["estimate"]), "target": target})


@dataclass(frozen=True)
class Climbed:
    """What came of a rung, from which seeds, and what a reader has to know besides."""

    rung: str
    seeds: tuple[int, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        figures = [each.to_dict() for each in self.figures]
        return {"rung": self.rung, "seeds": list(self.seeds), "figures": figures, "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Climbed":
        """Read what `to_dict` wrote."""
        figures = tuple(map(Figure.from_dict, record["figures"]))
        return cls(record["rung"], tuple(record["seeds"]), figures, tuple(record["notes"]))
