"""`searchlight arc solve`: two attempts at a task."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from searchlight.arc_solving_options import SolvingOptions
from searchlight.errors import UsageError
from searchlight.options import Text, parse

if TYPE_CHECKING:
    from arc_context.solving.solved import Solved
    from arc_context.tasks.task import Task


@dataclass(frozen=True)
class Solve(SolvingOptions):
    """Attempt a task twice, show both attempts and what spoke for them, and whether a known answer was met.

    Views of the task, turned, mirrored and recoloured, each have one vote. Pairs, rows and columns are counted from 0,
    as in JSON. Example:
    searchlight arc solve task.json --test-time-steps 100
    """

    source: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="TASK")]
    """A task's JSON; or a source of several, such as arc1:training, with --task."""
    task: Text = None
    """The name of the task, where the source has several."""
    out: Annotated[Path | None, tyro.conf.arg(metavar="PATH", aliases=("-o",), help_behavior_hint="")] = None
    """Write answers and votes to a .json as well, or draw task and attempts in an .svg. Nothing is overwritten."""


def main(args: Sequence[str]) -> None:
    """Check what was asked for before anything takes time, solve, show, and write."""
    options = parse(Solve, "arc solve", args)
    check_out(options.out)
    from searchlight.arc_showing import show_solved
    from searchlight.arc_solvers import refuse_leaks, solve_task

    plan = options.plan()
    task = chosen(options.source, options.task, leaks=options.leaks)
    plan = plan.ready()
    if not options.leaks:
        refuse_leaks(plan, [task])
    solved = solve_task(plan, task)
    show_solved(solved, task)
    if options.out is not None:
        write(options.out, solved, task)


def check_out(path: Path | None, endings: tuple[str, ...] = (".json", ".svg")) -> None:
    """Raise UsageError for a place that is taken or of another kind."""
    if path is None:
        return
    if path.suffix.lower() not in endings:
        raise UsageError(f"--out {path}: expected a name that ends in {' or '.join(endings)}.")
    if path.exists():
        raise UsageError(
            f"{path} is there already, and nothing is overwritten: choose another -o NAME{path.suffix}."
        )


def chosen(source: str, name: str | None, *, leaks: bool = False) -> "Task":
    """The one task that is meant.

    Raises:
        UsageError: the source has several, and none is named. RequestError: there is no such source, or none of the
            name.
    """
    from arc_context.tasks.sources import load_tasks, named

    tasks = load_tasks(source, leaks=leaks)
    if name is not None:
        tasks = named(tasks, [name])
    if len(tasks) > 1:
        raise UsageError(f"{source} has {len(tasks)} tasks; name one with --task, such as {tasks[0].name}.")
    return next(iter(tasks))


def write(path: Path, solved: "Solved", task: "Task") -> None:
    """The answers with their votes, and whether an attempt is right; or the task with its attempts, drawn."""
    import json

    from analysis import write_atomically
    from searchlight import console

    if path.suffix.lower() == ".svg":
        from arc_context.pictures.whole_task import task_svg

        text = task_svg(task, solved.attempts)
    else:
        text = json.dumps({**solved.to_document(), "right": solved.right(task)}) + "\n"
    write_atomically(path, lambda place: place.write_text(text, encoding="utf-8"))
    console.say(f"answers: {path}")
