"""A baseline as a solver."""

import time

from arc_context.baselines.base import Baseline
from arc_context.solving.solved import Solved
from arc_context.tasks.task import Task


def solved_by(baseline: Baseline, task: Task) -> Solved:
    """Everything a baseline answers; it changes no weights, for it has none."""
    began = time.process_time()
    votes = tuple(baseline.ranked(task))
    return Solved(task.name, votes, time.process_time() - began, "inductive", baseline.name)
