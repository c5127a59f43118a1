"""`searchlight arc submit`: two attempts at every task of a source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from searchlight.arc_solving_options import SolvingOptions
from searchlight.commands.arc_solve import check_out
from searchlight.errors import SearchlightError
from searchlight.options import Number, Text, check_jobs, parse

if TYPE_CHECKING:
    from arc_context.solving.solved import Solved
    from arc_context.tasks.task import Task
    from searchlight.arc_submitting import Failed


@dataclass(frozen=True)
class Submit(SolvingOptions):
    """Attempt every task of a source twice and write Kaggle's submission.json.

    Tasks are independent jobs; each is kept in a folder beside the submission when it is solved, and the same command
    goes on from there. Example: searchlight arc submit arc1:evaluation -o submission.json --solver symbolic
    """

    source: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE")]
    """A public split such as arc1:evaluation, a task's JSON, a folder of them, or Kaggle's file of challenges; or
    several, joined by +."""
    out: Annotated[Path, tyro.conf.arg(metavar="PATH", aliases=("-o",))] = Path("submission.json")
    """The submission. Nothing is overwritten."""
    jobs: Number = None
    """Tasks at a time; one per core when not given."""
    dask: Text = None
    """Address of a Dask scheduler, on whose workers the tasks are solved; processes of its own when not given."""
    even_failed: bool = False
    """Write the submission although tasks failed; a black cell stands for their answers."""


def main(args: Sequence[str]) -> None:
    """Check what was asked for, solve what is not solved yet, write, and say what was reached."""
    options = parse(Submit, "arc submit", args)
    check_jobs(options.jobs)
    check_out(options.out, (".json",))
    from arc_context.tasks.sources import load_tasks
    from searchlight import console
    from searchlight.arc_solvers import refuse_leaks
    from searchlight.arc_submitting import Kept, solve_all

    plan = options.plan()
    tasks = load_tasks(options.source, leaks=options.leaks)
    plan, kept = plan.ready(), Kept(options.out.with_suffix(".tasks"))
    if not options.leaks:
        refuse_leaks(plan, tasks)
    with console.progress_bars() as report:
        solved, failed = solve_all(plan, tasks, kept, report, options.jobs, options.dask)
    refuse_failed(failed, kept.folder, options.even_failed)
    write(options.out, tasks, solved)
    show(tasks, solved, failed)
    console.say(f"submission: {options.out} (tasks with all their answers: {kept.folder})")


def refuse_failed(failed: "Sequence[Failed]", folder: Path, even_failed: bool) -> None:
    """Raise SearchlightError, with their names and reasons, where tasks failed and that was not allowed."""
    if failed and not even_failed:
        said = "\n".join(f"  {each.task}: {each.said}" for each in failed)
        raise SearchlightError(
            f"{len(failed)} tasks failed, and no submission was written; what is solved is kept in {folder}, and the "
            f"same command tries the others again, or writes without them with --even-failed:\n{said}"
        )


def write(path: Path, tasks: "Sequence[Task]", solved: "Mapping[str, Solved]") -> None:
    """The submission; says which test outputs have no attempt."""
    from arc_context.scoring.submission import write_submission
    from searchlight import console

    answers = {
        task.name: solved[task.name].attempts if task.name in solved else [[] for _ in task.test]
        for task in tasks
    }
    without = write_submission(path, answers)
    if without:
        more = f", and {len(without) - 8} more" if len(without) > 8 else ""
        console.say(
            f"{len(without)} test outputs have no answer, and a black cell stands for it: "
            f"{', '.join(without[:8])}{more}"
        )


def show(tasks: "Sequence[Task]", solved: "Mapping[str, Solved]", failed: "Sequence[Failed]") -> None:
    """How many tasks, by which protocol, in what time, and the score where all answers are known."""
    from arc_context.scoring.score import score
    from arc_context.solving.solved import PROTOCOLS
    from searchlight import console
    from searchlight.results import short

    for protocol, said in PROTOCOLS.items():
        if count := sum(each.protocol == protocol for each in solved.values()):
            console.say(f"{protocol}: {count} of {len(tasks)} tasks ({said})")
    if failed:
        console.say(f"failed: {', '.join(each.task for each in failed)}")
    console.say(f"{sum(each.seconds for each in solved.values()):.0f} s over all tasks, one after the other")
    if any(pair.output is None for task in tasks for pair in task.test):
        console.say("not all answers are known: nothing is scored")
        return
    answers = {
        task.name: solved[task.name].attempts if task.name in solved else [[]] * len(task.test)
        for task in tasks
    }
    for name, estimate in score(answers, tasks).by_convention().items():
        console.say(f"{name}: {short(estimate)}, copying the input {estimate.chance:.3f}")
