"""`searchlight report`: everything that assays find in a run, an arm or a comparison, on one page."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.errors import UsageError
from searchlight.options import Number, check_jobs, parse


@dataclass(frozen=True)
class ReportOptions:
    """Measure what assays have not found yet, print it, and write report.html beside it.

    Of several seeds the networks are the units. A comparison is made again from its runs.

    Example: searchlight report runs/working_memory/attention_mtmf
    """

    place: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="PLACE")]
    """The folder of a run, of an arm (with seed-0, seed-1, … inside), or of a comparison."""
    assay: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """Only this assay; once per assay."""
    jobs: Number = None
    """Assays measured at the same time."""
    json: bool = False
    """Print what was found for a machine."""


def main(args: Sequence[str]) -> None:
    """Print one table per assay and write the page."""
    options = parse(ReportOptions, "report", args)
    check_jobs(options.jobs)
    if (options.place / "comparison.json").is_file():
        compare_again(options)
        return
    from searchlight import console
    from searchlight.assaying import measure_all
    from searchlight.comparing import assays_named, the_system
    from searchlight.diagnosing import diagnoses_of, show_diagnoses
    from searchlight.run_reporting import (
        document,
        runs_to_report,
        sections_of,
        show_sections,
        write_run_report,
    )

    runs = runs_to_report(options.place)
    system = the_system({runs[0].arm: runs})
    assays = assays_named(system, options.assay or None)
    measure_all(runs, assays, jobs_at_once=options.jobs)
    sections = sections_of(runs, assays, options.place)
    page = write_run_report(runs, sections, options.place)
    if options.json:
        console.show_json(document(runs, sections, page))
        return
    show_sections(sections)
    show_diagnoses(diagnoses_of(system, runs))
    console.say(f"\nreport: {page}")


def compare_again(options: ReportOptions) -> None:
    """Do what a comparison was made by, into the folder where it is.

    Raises:
        UsageError: it does not say how it was made, or its runs are not where they were.
    """
    from searchlight.commands.compare import main as compare

    words = shlex.split(command_of(options.place))[2:]
    if not words:
        raise UsageError(f"{options.place} does not say how it was made; searchlight compare makes it again.")
    asked = [word for each in options.assay for word in ("--assay", each)]
    asked += ["--jobs", str(options.jobs)] if options.jobs else []
    compare([*words, *asked, "--out", str(options.place), *(["--json"] if options.json else [])])


def command_of(place: Path) -> str:
    """What the comparison in a folder was made by; nothing where it does not say."""
    try:
        document = json.loads((place / "comparison.json").read_text())
    except ValueError:
        return ""
    return str(document.get("command", "")) if isinstance(document, dict) else ""
