"""`searchlight evaluate`: what a run reached, on every split."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchlight.options import RunPath, Text, parse


@dataclass(frozen=True)
class Evaluate:
    """Print what a run reached on every split; evaluate it first where training ended before that.

    Example: searchlight evaluate runs/working_memory/gated_mtmf/seed-0
    """

    run: RunPath
    """The folder of a run, or of all seeds of an arm."""
    by_cell: bool = False
    """One row per cell of the experiment (task, n, …) instead, and what simple observers score there."""
    by: Text = None
    """One row per level of these columns of the trials instead: position, or category,n."""
    measure: Text = None
    """Only this measure; with --by-cell and --by the experiment's primary one when not given."""
    json: bool = False
    """Print the figures for a machine."""


def main(args: Sequence[str]) -> None:
    """Print a table, with intervals over seeds."""
    options = parse(Evaluate, "evaluate", args)
    from searchlight import console
    from searchlight.results import (
        by_columns,
        columns_of,
        document,
        measure_named,
        measures_of,
        show_observers,
        show_results,
        show_rows,
    )
    from searchlight.runs import evaluate_run, runs_at

    runs = runs_at(options.run)
    resolved = evaluate_run(runs[0])
    for run in runs[1:]:
        evaluate_run(run)
    if not options.by_cell and not options.by:
        measures = measures_of(resolved.system, options.measure)
        if options.json:
            console.show_json(document(resolved, runs, measures))
        else:
            show_results(resolved, runs, measures)
        return
    measure = measure_named(resolved.system, options.measure)
    columns = columns_of(runs[0], measure, options.by)
    rows = by_columns(resolved, runs, measure, columns)
    if options.json:
        console.show_json([row.document() for row in rows])
        return
    show_rows(rows, measure)
    if options.by_cell:
        show_observers(resolved, runs[0])
