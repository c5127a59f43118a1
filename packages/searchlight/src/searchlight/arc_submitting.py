"""Many tasks as independent jobs, each kept as soon as it is solved, so that nothing is solved twice."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from joblib import Parallel, cpu_count, delayed, parallel_config

from analysis import write_atomically
from arc_context.errors import ArcError
from arc_context.solving.solved import Solved
from arc_context.tasks.task import Task
from searchlight.arc_solvers import Plan, identity, solve_task
from searchlight.errors import SearchlightError, UsageError

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Failed:
    """A task that was not solved, and the sentence that tells why."""

    task: str
    said: str


@dataclass(frozen=True)
class Kept:
    """The folder of what is solved: `plan.json`, and one file for each task."""

    folder: Path

    def begin(self, plan: Plan, tasks: Sequence[Task]) -> None:
        """Make it, or see that it is of the same plan and tasks.

        Raises:
            UsageError: it holds something else.
        """
        mark, said = self.folder / "plan.json", identity(plan.document, list(tasks))
        if mark.is_file():
            if json.loads(mark.read_text(encoding="utf-8")).get("identity") != said:
                raise UsageError(
                    f"{self.folder} holds tasks solved with other settings, weights or tasks; move it away or choose "
                    "another -o NAME.json."
                )
            return
        if self.folder.exists() and any(self.folder.iterdir()):
            raise UsageError(f"{self.folder} holds something else; choose another -o NAME.json.")
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"identity": said, **plan.document}, indent=2) + "\n"
        write_atomically(mark, lambda place: place.write_text(text, encoding="utf-8"))

    def path(self, task: Task) -> Path:
        """Where a task is kept: in the folder, whatever it is called."""
        return self.folder / f"{quote(task.name, safe='')}.task.json"

    def read(self, task: Task) -> Solved | None:
        """What is kept of a task; None where it is not solved yet.

        Raises:
            ArcError: the file is damaged.
        """
        path = self.path(task)
        if not path.is_file():
            return None
        try:
            return Solved.from_document(json.loads(path.read_text(encoding="utf-8")))
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise ArcError(f"{path} is no JSON; remove it, and its task is solved again") from None
        except ArcError as error:
            raise ArcError(f"{path}: {error}; remove it, and its task is solved again") from None

    def write(self, task: Task, solved: Solved) -> None:
        """Keep it, whole or not at all."""
        text = json.dumps(solved.to_document()) + "\n"
        write_atomically(self.path(task), lambda place: place.write_text(text, encoding="utf-8"))


def solve_all(
    plan: Plan,
    tasks: Sequence[Task],
    kept: Kept,
    report: Report,
    jobs: int | None = None,
    scheduler: str | None = None,
) -> tuple[dict[str, Solved], list[Failed]]:
    """Solve every task that is not kept yet; give all, by name and in order, and those that could not be.

    Args:
        plan: how.
        tasks: which.
        kept: where they are kept.
        report: hears how many are done.
        jobs: how many at a time; as many as there are cores when not given.
        scheduler: address of a Dask scheduler, whose workers reach the run's folder; else they are processes of this
            machine.
    """
    kept.begin(plan, tasks)
    found = {task.name: solved for task in tasks if (solved := kept.read(task)) is not None}
    missing = [task for task in tasks if task.name not in found]
    by_name = {task.name: task for task in missing}
    failed: list[Failed] = []
    report("tasks", len(found), len(tasks))
    for each in outcomes(plan, missing, jobs or cpu_count(), scheduler):
        if isinstance(each, Failed):
            failed.append(each)
        else:
            kept.write(by_name[each.task], each)
            found[each.task] = each
        report("tasks", len(found) + len(failed), len(tasks))
    return {task.name: found[task.name] for task in tasks if task.name in found}, sorted(
        failed, key=lambda each: each.task
    )


def outcomes(
    plan: Plan, tasks: Sequence[Task], jobs: int, scheduler: str | None
) -> Iterator[Solved | Failed]:
    """Each task as it is done, in whatever order."""
    if scheduler is None and (jobs == 1 or len(tasks) < 2):
        yield from (outcome(plan, task) for task in tasks)
        return
    with connected(scheduler) as backend, parallel_config(backend=backend, n_jobs=jobs):
        yield from Parallel(return_as="generator_unordered")(delayed(outcome)(plan, task) for task in tasks)  # pyright: ignore[reportReturnType]


@contextmanager
def connected(scheduler: str | None) -> Iterator[str]:
    """The name of the backend, which joblib knows as long as this lasts.

    Raises:
        UsageError: Dask is not installed, or nobody answers there.
    """
    if scheduler is None:
        yield "loky"
        return
    try:
        from dask.distributed import Client

        client = Client(scheduler, timeout=10)
    except ImportError:
        raise UsageError(
            "--dask needs dask.distributed, which is not installed: pip install 'dask[distributed]'."
        ) from None
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--dask {scheduler}: no scheduler answers there ({type(error).__name__})."
        ) from None
    with client:
        yield "dask"


def outcome(plan: Plan, task: Task) -> Solved | Failed:
    """A task solved, or why it is not; a bug is no outcome, and ends everything."""
    try:
        return solve_task(plan, task)
    except (SearchlightError, ArcError, MemoryError) as error:
        return Failed(task.name, f"{type(error).__name__}: {error}")
