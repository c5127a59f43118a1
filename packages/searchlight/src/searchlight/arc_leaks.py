"""Whether a run was shown the tasks that it is asked."""

from collections.abc import Sequence
from pathlib import Path

from arc_context.configuration import ArcConfig
from arc_context.splits import TEST_TASKS, FoldSplits, task_splits
from arc_context.tasks.leaks import shared_tasks
from arc_context.tasks.task import Task
from searchlight.errors import UsageError
from searchlight.runs import open_run


def tasks_shown(config: ArcConfig) -> tuple[Task, ...]:
    """The tasks that were read to train a run or to choose its epoch; none of one that drew its own."""
    splits = task_splits(config)
    if not isinstance(splits, FoldSplits):
        return ()
    tested = {id(task) for task in splits.tasks(TEST_TASKS)}
    return tuple(task for task in splits.divided if id(task) not in tested)


def refuse_shown(run: Path, tasks: Sequence[Task]) -> None:
    """Check that none of the tasks was read to train a run.

    Raises:
        UsageError: some were; the message says how many, and names some.
    """
    _, resolved = open_run(run)
    if resolved.system == "arc" and (shared := shared_tasks(tasks_shown(resolved.config), tasks)):
        raise UsageError(
            f"{run} was trained on {resolved.config.tasks.source}, which shares {shared} with what is asked; "
            "--leaks answers all the same."
        )
