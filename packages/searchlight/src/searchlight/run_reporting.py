"""The page of a run, or of all networks of an arm."""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from analysis import Archive, Assay, Report, Row, Run, Section, assay_drawings, assay_section, write_report
from searchlight import console
from searchlight.assaying import find
from searchlight.diagnosing import diagnoses_of
from searchlight.reporting import (
    data_of,
    drawn,
    leakage_section,
    map_sections,
    provenance,
    training_of,
)
from searchlight.results import short
from searchlight.runs import evaluate_run, runs_at


def runs_to_report(place: Path) -> list[Run]:
    """The run at a place, or all networks of an arm, each of them evaluated.

    Raises:
        UsageError: there is no run, or there are several arms.
    """
    runs = runs_at(place)
    for run in runs:
        evaluate_run(run)
    return runs


def sections_of(runs: Sequence[Run], assays: Sequence[Assay], folder: Path) -> list[Section]:
    """A section for each assay with its figures, which are saved in the folder as well."""
    archive = Archive({runs[0].arm: runs}, cache(find))
    return [
        assay_section(archive, assay, drawn([*assay_drawings(archive, assay)], folder)) for assay in assays
    ]


def write_run_report(runs: Sequence[Run], sections: Sequence[Section], folder: Path) -> Path:
    """Write report.html for one network, or for the networks of an arm."""
    page = folder / "report.html"
    write_report(page, page_of_runs(runs, sections, folder))
    return page


def page_of_runs(runs: Sequence[Run], sections: Sequence[Section], folder: Path) -> Report:
    """One network or the networks of an arm, as a page."""
    system, arm = runs[0].config()["system"], runs[0].arm
    one = len(runs) == 1
    arms = {arm: runs}
    seeds = f"seed{'s' * (not one)} {', '.join(str(run.seed) for run in runs)}"
    units = (
        "intervals are over its trials or sequences" if one else f"Intervals are over {len(runs)} networks"
    )
    return Report(
        title=f"{arm}, seed {runs[0].seed}" if one else f"{arm}, {len(runs)} networks",
        question=f"What has {'this network' if one else 'this arm'} learned, what does it hold, where does it look? "
        f"{units}.",
        data=data_of(runs[0]),
        arms={arm: f"{seeds}; {runs[0].environment()['parameters']:,} parameters"},
        sections=[
            *sections,
            *map_sections(system, arms, folder),
            Section("Training", pictures=drawn([training_of(system, arms)], folder)),
            *leakage_section(runs[0]),
        ],
        diagnoses=diagnoses_of(system, runs),
        provenance=provenance(runs),
        commands=[f"searchlight report {folder}"],
    )


def show_sections(sections: Sequence[Section]) -> None:
    """One table per section, then what could not be told."""
    for section in sections:
        lines = [[row.measure, row.cell, worded(row), chance_of(row)] for row in section.rows]
        if lines:
            columns = ["measure", "cell", "estimate", "chance"]
            console.show_table(columns, lines, title=f"\n{section.title}: {section.question}", words=(0, 1))
        for note in (*section.notes, *section.not_estimable):
            console.say(f"note: {note}")


def worded(row: Row) -> str:
    """The estimate, or why there is none."""
    known = math.isfinite(row.estimate.value)
    return f"{short(row.estimate)}, n = {row.estimate.n}" if known else "not estimable"


def chance_of(row: Row) -> str:
    """The level that is known beforehand."""
    return "" if row.estimate.chance is None else f"{row.estimate.chance:.3f}"


def document(runs: Sequence[Run], sections: Sequence[Section], page: Path) -> dict[str, Any]:
    """The same for machines."""
    return {
        "arm": runs[0].arm,
        "seeds": [run.seed for run in runs],
        "report": str(page),
        "assays": {
            section.title: [plain(row) for row in (*section.rows, *section.cells)] for section in sections
        },
        "notes": {section.title: list(section.notes) for section in sections},
    }


def plain(row: Row) -> dict[str, Any]:
    """A row as plain values."""
    return {"measure": row.measure, "cell": row.cell, "null": row.null, "estimate": row.estimate.to_dict()}
