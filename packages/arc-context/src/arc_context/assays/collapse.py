"""Whether answers are background and little else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from analysis import Assay, Finding, Findings, Measure, Run
from analysis.assays.parts import tested_splits
from arc_context.assays.over_tasks import over_tasks

UNIT = (0.0, 1.0)
GAP = Measure("background_gap", chance=0.0, higher_is_better=False, bounds=(-1.0, 1.0))
COLLAPSED = Measure("collapsed", higher_is_better=False, bounds=UNIT)
AT_BACKGROUND = Measure("foreground_at_background", bounds=UNIT)
KNOWN = 0.95
"""Background is known where this share of its cells is right."""
LOST = 0.05
"""Foreground is lost where at most this share of its cells is right."""


@dataclass(frozen=True)
class Collapse(Assay):
    """Background accuracy less foreground accuracy, and how many answers are background and little else.

    `background_gap` is their mean difference over answers that have both. An answer is `collapsed` where 95 % of the
    background and at most 5 % of the foreground are right. `foreground_at_background` is the foreground accuracy of the
    answers whose background is right to 95 %: at equal background accuracy. Intervals are over tasks.
    """

    name = "collapse"
    question = "Are answers background and little else?"
    measures = (GAP, COLLAPSED, AT_BACKGROUND)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Each test split by itself; answers that lack foreground or background are left out, and counted."""
        figures: list[Finding] = []
        notes: list[str] = []
        for split, part in tested_splits(run.trials()):
            both = part.filter(pl.col("foreground").is_not_null(), pl.col("background").is_not_null())
            figures += collapse(split, both)
            if lacking := part.height - both.height:
                notes.append(
                    f"{split}: {lacking} of {part.height} answers left out, they lack foreground or background"
                )
        return Findings(tuple(figures), notes=tuple(notes))


def collapse(split: str, both: pl.DataFrame) -> Iterator[Finding]:
    """The three figures of answers that have foreground and background."""
    cell = {"split": split}
    known, lost = pl.col("background") >= KNOWN, pl.col("foreground") <= LOST
    told = both.with_columns(gap=pl.col("background") - pl.col("foreground"), collapsed=known & lost)
    for measure, column, rows in (
        (GAP, "gap", told),
        (COLLAPSED, "collapsed", told),
        (AT_BACKGROUND, "foreground", told.filter(known)),
    ):
        if rows.height:
            yield over_tasks(rows[column].cast(pl.Float64).to_numpy(), rows["group"], measure, cell)
