"""A part of a page: one question, its figures in numbers and in pictures, and what could not be told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.comparison.arms import Comparison
from analysis.estimates import Estimate
from analysis.report.pictures import Picture
from analysis.report.verdicts import verdict_of
from analysis.report.wording import level_in_words
from analysis.shown import Shown


@dataclass(frozen=True)
class Row(Shown):
    """One figure: of which measure, in which cell, of which arm, and what it is held against beside chance."""

    measure: str
    estimate: Estimate
    cell: str = ""
    arm: str = ""
    against: str = ""
    """Its null in words; that of the estimate where nothing is said."""
    drawn: float | None = None
    """The mean of the nulls that were drawn, where the estimate carries none itself."""
    levels: Mapping[str, Any] = field(default_factory=dict)
    """The cell by column."""

    @property
    def verdict(self) -> str:
        """Where its interval lies to chance and null; nothing where there is neither, or no interval."""
        return verdict_of(self.estimate, self.drawn)

    @property
    def null(self) -> str:
        """What it is where there is nothing to find."""
        return self.against or ("" if self.estimate.null is None else str(self.estimate.null))


@dataclass(frozen=True)
class Section:
    """One question, what was found, and what could not be estimated.

    `rows` stand on the page, `cells` are folded away beneath them; of `comparisons` the overall rows stand on
    the page. `notes` say what is missing and why.
    """

    title: str
    question: str = ""
    rows: Sequence[Row] = ()
    cells: Sequence[Row] = ()
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()
    notes: Sequence[str] = ()

    @property
    def not_estimable(self) -> list[str]:
        """What stands in the table without a value, and why, each reason once."""
        reasons: dict[str, list[str]] = {}
        for row in (*self.rows, *self.cells):
            if math.isnan(row.estimate.value):
                reasons.setdefault(row.estimate.how, []).append(f"{row.measure} {row.cell}".strip())
        return [f"{'; '.join(dict.fromkeys(what))}: {why}" for why, what in reasons.items()]


def in_words(cell: Mapping[str, Any]) -> str:
    """A cell in words, numbers with their column's name."""
    return ", ".join(level_in_words(name, level) for name, level in cell.items() if level is not None)
