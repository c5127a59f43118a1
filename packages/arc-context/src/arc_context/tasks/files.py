"""Tasks in files: one task, a folder of them, Kaggle's challenges."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arc_context.errors import ArcError

from .challenges import challenges
from .documents import read_document
from .task import Task


def read_tasks(path: Path, solutions: Path | None = None) -> tuple[Task, ...]:
    """The tasks of a file or folder, in order of their names; `solutions` go with a file of challenges.

    Raises:
        ArcError: it holds no tasks, or one that cannot be.
    """
    if path.is_dir():
        _refuse(solutions, path)
        return _folder(path)
    document = read_document(path)
    if not isinstance(document, Mapping):
        raise ArcError(f"{path}: expected a task or tasks by name, got {document!r:.40}")
    if "train" in document or "test" in document:
        _refuse(solutions, path)
        return (Task.from_document(path.stem, document),)
    return challenges(path, document, solutions)


def _folder(path: Path) -> tuple[Task, ...]:
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


def _refuse(solutions: Path | None, path: Path) -> None:
    if solutions is not None:
        raise ArcError(f"{path}: solutions go with a file of challenges, and this is none")
