"""`searchlight compare`: arms against a baseline, over their seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro

from searchlight.errors import UsageError
from searchlight.options import Number, Place, RunPaths, Text, as_settings, check_folder, check_jobs, parse


@dataclass(frozen=True)
class Compare:
    """Compare arms over their seeds: each arm and difference with its interval, and a verdict per cell.

    The first folder holds the baseline. Arms with the same seeds are compared by the
    paired t test, others by Welch's, corrected over the cells (Holm). Besides the primary
    measure they are compared by all that assays find in the saved runs; what is missing is
    measured first.

    Example: searchlight compare runs/working_memory/mtmf runs/working_memory/gated_mtmf
    """

    arms: RunPaths
    """Folders of arms (with seed-0, seed-1, … inside); the first is the baseline."""
    measure: Text = None
    """What to compare; the experiment's primary measure when not given."""
    split: Text = None
    """On which split; all test splits when not given."""
    only: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """Only cells of this level, name=level, such as feature=location; once per column."""
    assay: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """Only this assay besides the primary measure, cell by cell; once per assay."""
    only_primary: bool = False
    """No assays."""
    matched: bool = False
    """Take, for each seed, the checkpoints that are nearest in validation accuracy."""
    tolerance: Annotated[float | None, tyro.conf.arg(metavar="FLOAT", help_behavior_hint="")] = None
    """How far apart --matched checkpoints of a seed may be in validation accuracy; 0.02 when not given."""
    jobs: Number = None
    """Assays measured at the same time."""
    out: Place = None
    """Folder for comparison.json, figures and report.html; when not given comparisons/<name> beside the folder of the
    baseline's system, such as runs/comparisons/gated_mtmf-vs-mtmf."""
    json: bool = False
    """Print the comparison for a machine."""


def main(args: Sequence[str]) -> None:
    """Print one table per split and write the report."""
    options = parse(Compare, "compare", args)
    if len(options.arms) < 2:
        raise UsageError("compare needs at least two folders: the baseline and what is compared with it.")
    check_folder(options.out)
    check_jobs(options.jobs)
    if options.tolerance is not None and not (options.matched and options.tolerance >= 0):
        raise UsageError(
            "--tolerance is how far apart --matched checkpoints may be: expected --matched and 0 or more."
        )
    if options.only_primary and options.assay:
        raise UsageError("--only-primary and --assay exclude each other.")
    from searchlight import console
    from searchlight.comparing import compare_arms
    from searchlight.comparison_tables import show_comparison
    from searchlight.diagnosing import show_diagnoses
    from searchlight.matching import TOLERANCE
    from searchlight.reporting import write_comparison

    found = compare_arms(
        options.arms,
        measure=options.measure,
        split=options.split,
        only=as_settings(options.only),
        assays=asked_assays(options),
        matched=options.matched,
        tolerance=TOLERANCE if options.tolerance is None else options.tolerance,
        jobs_at_once=options.jobs,
    )
    folder = write_comparison(found, options.out)
    if options.json:
        console.show_json(found.document())
        return
    show_comparison(found, cells=bool(options.assay))
    show_diagnoses(found.diagnoses)
    console.say(f"\nreport: {folder / 'report.html'}")


def asked_assays(options: Compare) -> tuple[str, ...] | None:
    """The assays that are named; all of them (None), or none beside another measure than the primary one."""
    none = options.only_primary or options.measure is not None
    return options.assay if options.assay or none else None
