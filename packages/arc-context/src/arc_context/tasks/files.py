"""Tasks in files: one task, a folder of them, Kaggle's challenges with their solutions."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arc_context.errors import ArcError

from .task import Task


def read_tasks(path: Path, solutions: Path | None = None) -> tuple[Task, ...]:
    """The tasks of a file or folder, in order of their names.

    `arc-agi_evaluation_challenges.json` finds its answers in `arc-agi_evaluation_solutions.json` beside it, if it is
    there and no other file is named; without solutions they are not known.

    Raises:
        ArcError: it holds no tasks, or one that cannot be.
    """
    if path.is_dir():
        return _folder(path, solutions)
    document = read_document(path)
    if not isinstance(document, Mapping):
        raise ArcError(f"{path}: expected a task or tasks by name, got a {type(document).__name__}")
    if "train" in document or "test" in document:
        _refuse(solutions, path)
        return (Task.from_document(path.stem, document),)
    answers = solutions or _beside(path)
    return _challenges(path, document, read_document(answers) if answers else None, answers)


def read_document(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        ArcError: it is not JSON, or has a name twice.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise ArcError(f"{path} is not JSON: {error.msg} in line {error.lineno}") from None
    except UnicodeDecodeError:
        raise ArcError(f"{path} is not JSON: it is not text in UTF-8") from None
    except _TwiceError as error:
        raise ArcError(f"{path}: {error} stands there twice, and one would be left out") from None


class _TwiceError(Exception):
    """A name that an object of JSON has twice; Python's reader would keep the last."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in found if names.count(name) > 1))
    return found


def _folder(path: Path, solutions: Path | None) -> tuple[Task, ...]:
    _refuse(solutions, path)
    files = sorted(path.glob("*.json"))
    if not files:
        inner = sorted(each.name for each in path.iterdir() if each.is_dir())
        hint = f"; it has the folders {', '.join(inner[:5])}" if inner else ""
        raise ArcError(f"{path}: expected files of tasks, *.json, and found none{hint}")
    return tuple(Task.from_document(file.stem, _one_task(file)) for file in files)


def _one_task(file: Path) -> Any:
    document = read_document(file)
    if isinstance(document, Mapping) and not {"train", "test"} & document.keys():
        raise ArcError(
            f"{file}: expected one task, as the folder is given; give a file of many tasks by itself"
        )
    return document


def _beside(challenges: Path) -> Path | None:
    place = challenges.with_name(challenges.name.replace("challenges", "solutions"))
    return place if place != challenges and place.exists() else None


def _challenges(path: Path, documents: Mapping, answers: Any, place: Path | None) -> tuple[Task, ...]:
    if not documents:
        raise ArcError(f"{path}: expected tasks by name, and found none")
    if place and not isinstance(answers, Mapping):
        raise ArcError(f"{place}: expected lists of outputs by task, got a {type(answers).__name__}")
    return tuple(
        Task.from_document(
            name, _answered(name, documents[name], answers, place) if place else documents[name]
        )
        for name in sorted(documents)
    )


def _answered(name: str, document: Any, answers: Mapping, place: Path) -> Any:
    """The document of a challenge with its solutions put in."""
    if name not in answers:
        raise ArcError(f"task {name}: it has no solutions in {place}")
    asked = document.get("test") if isinstance(document, Mapping) else None
    if not isinstance(asked, list) or not all(isinstance(each, Mapping) for each in asked):
        return document  # from_document says what is wrong with it
    outputs = answers[name]
    if not isinstance(outputs, list) or len(outputs) != len(asked):
        got = len(outputs) if isinstance(outputs, list) else f"a {type(outputs).__name__}"
        raise ArcError(f"task {name}: expected {len(asked)} outputs in {place}, got {got}")
    return {
        **document,
        "test": [{**each, "output": output} for each, output in zip(asked, outputs, strict=True)],
    }


def _refuse(solutions: Path | None, path: Path) -> None:
    if solutions is not None:
        raise ArcError(f"{path}: solutions go with a file of challenges, and this is none")
