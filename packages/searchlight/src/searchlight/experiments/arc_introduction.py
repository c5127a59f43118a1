"""What a reader should know of the tasks before any result."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from arc_context.families.registry import family
from searchlight.experiments.base import Facts

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

COLUMNS = ("split", "tasks", "test outputs", "train pairs", "cells of an answer", "input given back is right")


def introduction(experiment: "Arc") -> Sequence[Facts]:
    """What each split holds; of drawn tasks why there is one answer, of tasks that are read what is left out."""
    tasks = Facts("tasks", COLUMNS, [row(experiment, split) for split in experiment.splits])
    left_out = [(each,) for each in experiment.task_splits.left_out]
    exclusions = [Facts("tasks that are left out", ("what, and why",), left_out)] if left_out else []
    return (tasks, *exclusions, *guarantees(experiment))


def row(experiment: "Arc", split: str) -> tuple[str, ...]:
    """Counts and medians of one split."""
    found, asked = experiment.tasks(split), experiment.questions(split)
    answers = [(each.pair.input, each.pair.output) for each in asked if each.pair.output is not None]
    cells = [answer.size for _, answer in answers]
    copied = np.mean([np.array_equal(given, answer) for given, answer in answers])
    return (
        split,
        str(len(found)),
        str(len(asked)),
        f"{median(len(each.train) for each in found):g}",
        f"{median(cells):g}",
        f"{copied:.1%}",
    )


def guarantees(experiment: "Arc") -> Iterator[Facts]:
    """What every family promises; nothing where tasks are read."""
    if experiment.config.tasks.source:
        return
    named = experiment.config.families
    rows = [
        (name, part, family(name).identifiable)
        for part, names in (("trained", named.names), ("held out", named.held_out))
        for name in names
    ]
    yield Facts("families, and why each task has one answer", ("family", "is", "because"), rows)
