"""One row for each test output: whether it was met, and in which of its cells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from arc_context.errors import ArcError
from arc_context.questions import Question
from arc_context.tasks.grid import Grid

SCHEMA = {
    "split": pl.String,
    "item": pl.String,
    "group": pl.String,
    "step": pl.Int64,
    "target": pl.Int64,
    "prediction": pl.Int64,
    "score": pl.Float64,
    "either": pl.Int64,
    "family": pl.String,
    "identifiable": pl.Boolean,
    "size_right": pl.Boolean,
    "foreground": pl.Float64,
    "background": pl.Float64,
    "copied": pl.Int64,
    "height": pl.Int64,
    "width": pl.Int64,
    "pairs": pl.Int64,
}
"""Columns of the table; the order of its rows is that of the questions."""

Attempts = Sequence[Grid]
"""Answers to one question, the best first; none at all counts as missed."""


def trials_table(questions: Sequence[Question], attempts: Sequence[Attempts], *, split: str) -> pl.DataFrame:
    """One row per question, in their order.

    `target` is 1; `prediction` is 1 where the first attempt is the answer, `either` where one of the first two is.
    `score` is the share of cells that the first attempt has right, `foreground` and `background` that of the answer's
    cells of another colour than the commonest one of the test input, and of that colour: 0 where the size is wrong,
    null where the answer has no such cell. `copied` is 1 where the answer is the input. `identifiable` is true of
    generated tasks, whose families guarantee it, and null where nobody knows.

    Raises:
        ArcError: there are not as many answers as questions, or an answer is not known.
    """
    if len(questions) != len(attempts):
        raise ArcError(
            f"{split}: expected attempts at {len(questions)} test outputs, got them at {len(attempts)}"
        )
    rows = [_row(question, each, split) for question, each in zip(questions, attempts, strict=True)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(question: Question, attempts: Attempts, split: str) -> tuple[Any, ...]:
    task, pair = question.task, question.pair
    if pair.output is None:
        raise ArcError(
            f"task {task.name}, test {question.test}: expected an answer to score by, got none; give a source "
            "with solutions"
        )
    met = [np.array_equal(each, pair.output) for each in attempts[:2]]
    told = {
        "split": split,
        "item": f"{task.name}/{question.test}",
        "group": task.name,
        "step": 0,
        "target": 1,
        "prediction": int(met[:1] == [True]),
        "either": int(any(met)),
        "family": task.family,
        "identifiable": True if task.family else None,
        "copied": int(np.array_equal(pair.input, pair.output)),
        "height": pair.output.shape[0],
        "width": pair.output.shape[1],
        "pairs": len(task.train),
        **cells_right(attempts[0] if attempts else None, pair.output, commonest(pair.input)),
    }
    return tuple(told[name] for name in SCHEMA)


def cells_right(attempt: Grid | None, answer: Grid, background: int) -> dict[str, Any]:
    """The shares of an answer's cells that an attempt has right, and whether it is as large."""
    fits = attempt is not None and attempt.shape == answer.shape
    right = attempt == answer if fits else np.zeros(answer.shape, dtype=bool)
    behind = answer == background
    return {
        "size_right": fits,
        "score": float(np.mean(right)),
        "foreground": _share(right, ~behind),
        "background": _share(right, behind),
    }


def commonest(grid: Grid) -> int:
    """The colour that most cells have, the lowest one among equals."""
    return int(np.bincount(grid.ravel(), minlength=10).argmax())


def _share(right: np.ndarray, among: np.ndarray) -> float | None:
    return float(right[among].mean()) if among.any() else None
