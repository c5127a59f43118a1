"""How large the tasks of a set are."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median

from arc_context.errors import ArcError

from .sources import small
from .task import Task


@dataclass(frozen=True)
class TaskStatistics:
    """Counts of tasks.

    `up_to_10` and `up_to_15` have no grid with a longer side; `same_size` have only outputs as large as their
    inputs; `unknown` are test outputs whose answer is not known; sides are in cells.
    """

    tasks: int
    test_outputs: int
    unknown: int
    train_pairs: tuple[int, int]
    up_to_10: int
    up_to_10_same_size: int
    up_to_15: int
    same_size: int
    median_largest_side: float

    def to_dict(self) -> dict:
        """Plain values."""
        return asdict(self)


def task_statistics(tasks: Iterable[Task]) -> TaskStatistics:
    """Count them.

    Raises:
        ArcError: there are none.
    """
    tasks = tuple(tasks)
    if not tasks:
        raise ArcError("expected tasks to count, got none")
    asked = [pair for task in tasks for pair in task.test]
    pairs = [len(task.train) for task in tasks]
    tiny = small(tasks, 10)
    return TaskStatistics(
        tasks=len(tasks),
        test_outputs=len(asked),
        unknown=sum(pair.output is None for pair in asked),
        train_pairs=(min(pairs), max(pairs)),
        up_to_10=len(tiny),
        up_to_10_same_size=sum(task.same_size for task in tiny),
        up_to_15=len(small(tasks, 15)),
        same_size=sum(task.same_size for task in tasks),
        median_largest_side=float(median(task.largest_side for task in tasks)),
    )
