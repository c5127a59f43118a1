"""`searchlight arc tasks`: how large tasks are, and which of them two sources share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from searchlight.options import Place, parse

if TYPE_CHECKING:
    from arc_context import Leaks, TaskStatistics

Sources = Annotated[
    tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="[SOURCE ...]", help_behavior_hint="")
]
PUBLIC = ("arc1:training", "arc1:evaluation", "arc2:training", "arc2:evaluation")
COUNTS = {
    "tasks": "tasks",
    "test outputs": "test_outputs",
    "unknown": "unknown",
    "≤ 10 × 10": "up_to_10",
    "of those same size": "up_to_10_same_size",
    "≤ 15 × 15": "up_to_15",
    "same size": "same_size",
}
"""Columns of the table, and what they are in `TaskStatistics`."""


@dataclass(frozen=True)
class Tasks:
    """Count the tasks of sources by size, and name those that two sources share.

    What cannot be a task is named by pair, row and column, counted from 0 as in JSON.

    Example: searchlight arc tasks arc1:evaluation arc2:training
    """

    sources: Sources = PUBLIC
    """A public split such as arc1:evaluation (all four when none is given), a task's JSON, a folder of such files, or
    Kaggle's file of challenges."""
    solutions: Place = None
    """The answers of the challenges, when they are not in the file beside them."""
    leaks: bool = False
    """Count sources joined by + although they share tasks; of one name the first counts."""
    json: bool = False
    """Print the counts for a machine."""


def main(args: Sequence[str]) -> None:
    """A table of sizes, and one of leaks where there are two sources or more."""
    options = parse(Tasks, "arc tasks", args)
    from arc_context import load_tasks, shared_tasks, task_statistics
    from searchlight import console

    tasks = {
        source: load_tasks(source, leaks=options.leaks, solutions=options.solutions)
        for source in options.sources
    }
    sizes = {source: task_statistics(each) for source, each in tasks.items()}
    leaks = {pair: shared_tasks(tasks[pair[0]], tasks[pair[1]]) for pair in combinations(tasks, 2)}
    if options.json:
        console.show_json(document(sizes, leaks))
        return
    show_sizes(sizes)
    if leaks:
        show_leaks(leaks)


def show_sizes(sizes: Mapping[str, "TaskStatistics"]) -> None:
    """One row per source."""
    from searchlight import console

    rows = [
        [
            source,
            *(f"{getattr(each, name):,}" for name in COUNTS.values()),
            f"{each.median_largest_side:g}",
            f"{each.train_pairs[0]}–{each.train_pairs[1]}",
        ]
        for source, each in sizes.items()
    ]
    console.show_table(["source", *COUNTS, "median longest side", "train pairs"], rows)


def show_leaks(leaks: Mapping[tuple[str, str], "Leaks"]) -> None:
    """One row per pair of sources, also where they share nothing."""
    from searchlight import console

    rows = [
        [*pair, len(each.names), len(each.renamed), ", ".join(f"{a} = {b}" for a, b in each.renamed)]
        for pair, each in leaks.items()
    ]
    columns = ["source", "and", "same name", "other name, same grids", "which"]
    console.show_table(columns, rows, title="\ntasks that two sources share", words=(0, 1, 4))


def document(
    sizes: Mapping[str, "TaskStatistics"], leaks: Mapping[tuple[str, str], "Leaks"]
) -> dict[str, Any]:
    """The same for a machine, with every name."""
    shared = [
        {"first": pair[0], "second": pair[1], "names": each.names, "same_grids": each.pairs}
        for pair, each in leaks.items()
    ]
    return {"sizes": {source: each.to_dict() for source, each in sizes.items()}, "leaks": shared}
