"""`searchlight evaluate`: what a run reached, on every split."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchlight.options import RunPath, parse


@dataclass(frozen=True)
class Evaluate:
    """Print what a run reached on every split; evaluate it first where training ended before that.

    Example: searchlight evaluate runs/working_memory/gated_mtmf/seed-0
    """

    run: RunPath
    """The folder of a run, or of all seeds of an arm."""
    by_cell: bool = False
    """Also one row per cell of the experiment (task, n, …), and what simple observers score there."""
    by: str | None = None
    """Also one row per level of these columns of the trials: position, or category,n."""
    measure: str | None = None
    """What the rows by cell or column tell; the experiment's primary measure when not given."""
    json: bool = False
    """Print the figures for a machine."""


def main(args: Sequence[str]) -> None:
    """Print a table, with intervals over items for one run and over seeds for several."""
    options = parse(Evaluate, "evaluate", args)
    from searchlight import console
    from searchlight.results import document, measure_named, show_cells, show_observers, show_results
    from searchlight.runs import evaluate_run, runs_at

    runs = runs_at(options.run)
    resolved = evaluate_run(runs[0])
    for run in runs[1:]:
        evaluate_run(run)
    if options.json:
        console.show_json(document(resolved, runs))
        return
    show_results(resolved, runs)
    measure = measure_named(resolved.system, options.measure)
    if options.by_cell:
        show_cells(resolved, runs, measure)
        show_observers(resolved, runs[0])
    if options.by:
        show_cells(resolved, runs, measure, tuple(options.by.split(",")))
