"""How many answers are right, and which of their cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis import Assay, Drawing, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks
from analysis.assays.parts import only, tested_splits
from arc_context.assays.over_tasks import over_tasks
from arc_context.metrics import (
    BACKGROUND,
    CELL_ACCURACY,
    COLUMNS,
    COPY,
    EXACT_MATCH,
    EXACT_MATCH_BY_FAMILY,
    FOREGROUND,
    SIZE_RIGHT,
    WITHIN_TWO,
)

WHOLE = (EXACT_MATCH, WITHIN_TWO, FOREGROUND, BACKGROUND, SIZE_RIGHT, CELL_ACCURACY, COPY)
BY_FAMILY = (
    EXACT_MATCH_BY_FAMILY,
    Measure("foreground_by_family", bounds=(0.0, 1.0), cells=("family",)),
    Measure("background_by_family", bounds=(0.0, 1.0), cells=("family",)),
)
COLUMN = {**COLUMNS, "foreground_by_family": "foreground", "background_by_family": "background"}


@dataclass(frozen=True)
class Performance(Assay):
    """Answers that are right as a whole, and the shares of their foreground and background cells, by split and family.

    Foreground is what does not have the commonest colour of the test input. Most cells are background, so that an
    answer of nothing else is right about most cells: cell accuracy never stands without both shares. `copy` is what
    giving the input back scores. Intervals are over tasks.
    """

    name = "performance"
    question = "How many answers are right, and which of their cells?"
    measures = (*WHOLE, *BY_FAMILY)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Each test split by itself; tasks that were read are of no family."""
        figures: list[Finding] = []
        notes: list[str] = []
        for split, part in tested_splits(run.trials()):
            figures += [each for measure in WHOLE for each in mean(part, measure, {"split": split})]
            for (family,), rows in part.filter(pl.col("family") != "").group_by(
                "family", maintain_order=True
            ):
                cell = {"split": split, "family": family}
                figures += [each for measure in BY_FAMILY for each in mean(rows, measure, cell)]
            notes += without(split, part)
        return Findings(tuple(figures), notes=tuple(notes))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Right answers by split and by family; foreground beside background."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        told = {
            EXACT_MATCH: ("split", "answers that are right"),
            EXACT_MATCH_BY_FAMILY: ("family", "answers that are right"),
            FOREGROUND: ("split", "foreground cells that are right"),
            BACKGROUND: ("split", "background cells that are right"),
        }
        for measure, (along, label) in told.items():
            for arms in over_networks(only(found, measure), measure, along=along).values():
                yield Drawing(
                    f"performance-{measure.name}",
                    interval_plot(arms, label=label),
                    f"Share of {label}, by {along}: 95 % interval over networks.",
                    f"Interval plot by {along} of {', '.join(arms)}.",
                    "Giving the input back stands in the table as copy.",
                )


def mean(part: pl.DataFrame, measure: Measure, cell: Mapping[str, str]) -> Iterator[Finding]:
    """A measure of the rows that have it, if there are any."""
    known = part.filter(pl.col(COLUMN[measure.name]).is_not_null())
    if known.height:
        values = known[COLUMN[measure.name]].cast(pl.Float64).to_numpy()
        yield over_tasks(np.asarray(values), known["group"], measure, dict(cell))


def without(split: str, part: pl.DataFrame) -> Iterator[str]:
    """How many answers have no foreground, or no background, and so no share of it."""
    for kind in (FOREGROUND.name, BACKGROUND.name):
        if lacking := part[kind].null_count():
            yield f"{split}: {lacking} of {part.height} answers have no {kind}, and no share of it"
