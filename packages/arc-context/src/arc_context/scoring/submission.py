"""Kaggle's submission.json: `{task: [{"attempt_1": grid, "attempt_2": grid}, one per test output]}`."""

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from analysis import write_atomically
from arc_context.errors import ArcError
from arc_context.tasks.documents import read_document
from arc_context.tasks.grid import Grid, check_grid, grid_of

from .score import Answers

ATTEMPTS = ("attempt_1", "attempt_2")
NONE = np.zeros((1, 1), np.int8)
"""What stands where there is no attempt, for the form asks for one."""


def write_submission(path: str | PathLike[str], answers: Answers) -> tuple[str, ...]:
    """Write the two best attempts at every test output, whole or not at all; a single attempt is written twice.

    Gives the test outputs without any attempt, such as "task 007bbfb7, test 0": a black cell is written for them.

    Raises:
        ArcError: there is something at `path`, no task, or an attempt that is no grid.
    """
    path = Path(path)
    if path.exists():
        raise ArcError(f"{path} is there already, and nothing is overwritten")
    if not answers:
        raise ArcError("expected answers to hand in, got none")
    tried = {
        name: {_where(name, place): each for place, each in enumerate(of)} for name, of in answers.items()
    }
    document = {name: [_document(where, each) for where, each in of.items()] for name, of in tried.items()}
    text = json.dumps(document, separators=(",", ":")) + "\n"
    write_atomically(path, lambda place: place.write_text(text, encoding="utf-8"))
    return tuple(where for of in tried.values() for where, each in of.items() if not len(each))


def read_submission(path: str | PathLike[str]) -> dict[str, tuple[tuple[Grid, ...], ...]]:
    """The attempts in a submission, by task and test output.

    Raises:
        ArcError: it is not of the form; the message names task, test output and attempt.
    """
    document = read_document(Path(path))
    if not isinstance(document, Mapping) or not document:
        raise ArcError(f"{path}: expected attempts by task, got {_said(document)}")
    return {name: _outputs(name, outputs) for name, outputs in document.items()}


def _where(name: str, number: int) -> str:
    return f"task {name}, test {number}"


def _document(where: str, tried: Sequence[Grid]) -> dict[str, Any]:
    for attempt, grid in zip(ATTEMPTS, tried, strict=False):
        check_grid(grid, f"{where} {attempt}")
    first, *others = [*tried[:2]] or [NONE]
    return {"attempt_1": first.tolist(), "attempt_2": (others[0] if others else first).tolist()}


def _outputs(name: str, outputs: Any) -> tuple[tuple[Grid, ...], ...]:
    if not isinstance(outputs, list) or not outputs:
        raise ArcError(f"task {name}: expected a list of attempts, one per test output, got {_said(outputs)}")
    return tuple(_attempts(_where(name, number), each) for number, each in enumerate(outputs))


def _attempts(where: str, attempts: Any) -> tuple[Grid, ...]:
    if not isinstance(attempts, Mapping) or set(attempts) != set(ATTEMPTS):
        raise ArcError(f"{where}: expected {' and '.join(ATTEMPTS)}, got {_said(attempts)}")
    return tuple(grid_of(attempts[each], f"{where} {each}") for each in ATTEMPTS)


def _said(value: Any) -> str:
    return (
        f"the keys {', '.join(map(str, value)) or 'none'}" if isinstance(value, Mapping) else repr(value)[:40]
    )
