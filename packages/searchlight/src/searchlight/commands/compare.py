"""`searchlight compare`: arms against a baseline, over their seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro

from searchlight.errors import UsageError
from searchlight.options import Number, Place, RunPaths, Text, as_settings, check_folder, parse


@dataclass(frozen=True)
class Compare:
    """Compare arms over their seeds: each arm and difference with its interval, and a verdict per cell.

    The first folder holds the baseline. Arms with the same seeds are compared by the
    paired t test, others by Welch's, corrected over the cells (Holm).

    Example: searchlight compare runs/working_memory/mtmf runs/working_memory/gated_mtmf
    """

    arms: RunPaths
    """Folders of arms (with seed-0, seed-1, … inside); the first is the baseline."""
    measure: Text = None
    """What to compare; the experiment's primary measure when not given."""
    split: Text = None
    """On which split; all test splits when not given."""
    property: Text = None
    """Only tasks about this property (location, identity, category)."""
    n: Number = None
    """Only tasks of this n."""
    only: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """Only cells of this level, name=level, such as feature=location; once per column."""
    out: Place = None
    """Folder for comparison.json, figures and report.html; runs/comparisons/<name> when not given."""
    json: bool = False
    """Print the comparison for a machine."""


def main(args: Sequence[str]) -> None:
    """Print one table per split and write the report."""
    options = parse(Compare, "compare", args)
    if len(options.arms) < 2:
        raise UsageError("compare needs at least two folders: the baseline and what is compared with it.")
    check_folder(options.out)
    from searchlight import console
    from searchlight.comparing import compare_arms, show_comparison
    from searchlight.diagnosing import diagnoses_between, show_diagnoses
    from searchlight.reporting import write_comparison

    cells = {"feature": options.property, "n": options.n, **as_settings(options.only)}
    found = compare_arms(
        options.arms,
        measure=options.measure,
        split=options.split,
        only={k: v for k, v in cells.items() if v is not None},
    )
    folder = write_comparison(found, options.out)
    if options.json:
        console.show_json(found.document())
        return
    show_comparison(found)
    show_diagnoses(diagnoses_between(found))
    console.say(f"\nreport: {folder / 'report.html'}")
