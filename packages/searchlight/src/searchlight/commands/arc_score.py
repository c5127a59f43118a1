"""`searchlight arc score`: a submission in the three conventions in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from searchlight.errors import UsageError
from searchlight.options import Place, parse

if TYPE_CHECKING:
    from arc_context import Scores


@dataclass(frozen=True)
class Score:
    """Score a submission.json in the three conventions in use, each with its interval over tasks.

    Example: searchlight arc score submission.json --tasks arc1:evaluation
    """

    submission: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="SUBMISSION")]
    """Kaggle's form: {task: [{"attempt_1": grid, "attempt_2": grid}, one per test output]}."""
    tasks: Annotated[str, tyro.conf.arg(metavar="SOURCE")]
    """What was to be solved: a public split such as arc1:evaluation, a task's JSON, a folder of them, or Kaggle's
    file of challenges; or several, joined by +."""
    solutions: Place = None
    """The answers of the challenges, when they are not in the file beside them."""
    attempts: int = 2
    """How many of the attempts count, the first ones."""
    leaks: bool = False
    """Score joined sources although they share tasks; of one name the first counts."""
    json: bool = False
    """Print the scores for a machine."""


def main(args: Sequence[str]) -> None:
    """One row per convention, and one per size of the tasks."""
    options = parse(Score, "arc score", args)
    if not options.submission.is_file():
        raise UsageError(f"{options.submission} does not exist; expected a submission.json.")
    if options.attempts not in (1, 2):
        raise UsageError(f"--attempts {options.attempts}: expected 1 or 2; a submission holds two.")
    from arc_context import load_tasks, read_submission, score, score_by_size
    from searchlight import console

    tasks = load_tasks(options.tasks, leaks=options.leaks, solutions=options.solutions)
    answers = read_submission(options.submission)
    scores = score(answers, tasks, options.attempts)
    sizes = score_by_size(answers, tasks, options.attempts)
    if options.json:
        by_size = {size: each.to_dict() for size, each in sizes.items()}
        console.show_json({"attempts": options.attempts, "scores": scores.to_dict(), "by_size": by_size})
        return
    show_scores(scores, options.attempts)
    show_sizes({"all": scores, **sizes})


def show_scores(scores: "Scores", attempts: int) -> None:
    """The conventions, and what each counts."""
    from arc_context import CONVENTIONS
    from searchlight import console
    from searchlight.results import short

    tried = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    title = f"{scores.tasks:,} tasks, {scores.outputs:,} test outputs, {tried} (95 % intervals over tasks)"
    rows = [
        [name, short(estimate), f"{estimate.chance:.3f}", CONVENTIONS[name]]
        for name, estimate in scores.by_convention().items()
    ]
    console.show_table(
        ["convention", "score", "copying the input", "what it is"], rows, title=title, words=(0, 3)
    )


def show_sizes(sizes: "dict[str, Scores]") -> None:
    """The same by the longest side of a task's grids."""
    from arc_context import CONVENTIONS
    from searchlight import console
    from searchlight.results import short

    rows = [
        [size, each.tasks, each.outputs, *(short(each.by_convention()[name]) for name in CONVENTIONS)]
        for size, each in sizes.items()
    ]
    columns = ["longest side", "tasks", "test outputs", *CONVENTIONS]
    console.show_table(columns, rows, title="\nby the longest side of a task's grids, in cells")
