"""The page of a run, or of all networks of an arm."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from analysis import (
    AnalysisError,
    Archive,
    Assay,
    Report,
    Row,
    Run,
    Section,
    assay_drawings,
    assay_section,
    write_report,
)
from searchlight import console
from searchlight.assaying import find
from searchlight.diagnosing import diagnoses_of
from searchlight.experiments import experiment_class
from searchlight.experiments.arms import size_in_words
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

MOST_HEADLINES = 4
TRAINED = "trained"


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
        arms={arm: f"{seeds}; {size_in_words(runs[0].environment()['parameters'])}"},
        headlines=headlines_of(sections, experiment_class(system).measures[0].name),
        sections=[
            *sections,
            *map_sections(system, arms, folder),
            training_section(system, arms, folder),
            *leakage_section(runs[0]),
        ],
        diagnoses=diagnoses_of(system, runs),
        provenance=provenance(runs),
        commands=[f"searchlight report {folder}"],
    )


def headlines_of(sections: Sequence[Section], primary: str) -> list[Row]:
    """The primary measure over all its cells, then the first measure that has controls: trained beside them.

    Where an assay gives the primary measure an interval over all cells of one network, as `overall_<primary>`, that
    is told. Of a page with neither, the first rows.
    """
    rows = [row for section in sections for row in section.rows if math.isfinite(row.estimate.value)]
    by_name = {name: [row for row in rows if row.measure == name] for name in (f"overall_{primary}", primary)}
    reached = next((found for found in by_name.values() if found), [])
    return [*reached[:MOST_HEADLINES], *controlled(rows)] or rows[:MOST_HEADLINES]


def controlled(rows: Sequence[Row]) -> list[Row]:
    """The trained networks of one measure and split, then their controls."""
    first = next((row for row in rows if row.levels.get("control") == TRAINED), None)
    if first is None:
        return []
    beside = [row for row in rows if row.measure == first.measure and same_but_control(row, first)]
    return sorted(beside, key=lambda row: row.levels["control"] != TRAINED)


def same_but_control(row: Row, other: Row) -> bool:
    """Whether two rows differ in their control at most."""
    return {**row.levels, "control": ""} == {**other.levels, "control": ""} and "control" in row.levels


def training_section(system: str, arms: Mapping[str, Sequence[Run]], folder: Path) -> Section:
    """What training recorded, or why that cannot be drawn."""
    try:
        return Section("Training", pictures=drawn([training_of(system, arms)], folder))
    except AnalysisError as error:
        return Section("Training", notes=(f"not estimable: {error}",))


def show_sections(sections: Sequence[Section]) -> None:
    """One table per section, then what could not be told."""
    for section in sections:
        lines = [[row.measure, row.cell, worded(row), chance_of(row), row.verdict] for row in section.rows]
        if lines:
            columns = ["measure", "cell", "estimate", "chance", "verdict"]
            console.show_table(
                columns, lines, title=f"\n{section.title}: {section.question}", words=(0, 1, 4)
            )
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
    return {
        "measure": row.measure,
        "cell": row.cell,
        "levels": dict(row.levels),
        "null": row.null,
        "verdict": row.verdict,
        "estimate": row.estimate.to_dict(),
    }
