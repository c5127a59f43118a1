"""Kaggle's two files: challenges, `{task: {"train": pairs, "test": inputs}}`, and solutions, `{task: outputs}`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arc_context.errors import ArcError

from .documents import read_document
from .task import Task


def challenges(path: Path, documents: Mapping, solutions: Path | None = None) -> tuple[Task, ...]:
    """The tasks of a file of challenges, in order of their names.

    The answers of `arc-agi_evaluation_challenges.json` are in `arc-agi_evaluation_solutions.json` beside it, if it is
    there and no other file is named; without solutions they are what the challenges say, mostly nothing.

    Raises:
        ArcError: there are no challenges, or solutions do not fit them.
    """
    if not documents:
        raise ArcError(f"{path}: expected tasks by name, and found none")
    if place := solutions or _beside(path):
        answers = read_document(place)
        if not isinstance(answers, Mapping):
            raise ArcError(f"{place}: expected lists of outputs by task, got {answers!r:.40}")
        documents = {name: _answered(name, each, answers, place) for name, each in documents.items()}
    return tuple(Task.from_document(name, documents[name]) for name in sorted(documents))


def _beside(challenges: Path) -> Path | None:
    place = challenges.with_name(challenges.name.replace("challenges", "solutions"))
    return place if place != challenges and place.exists() else None


def _answered(name: str, document: Any, answers: Mapping, place: Path) -> Any:
    """The document of a challenge with its solutions put in."""
    if name not in answers:
        raise ArcError(f"task {name}: it has no solutions in {place}")
    asked, outputs = document.get("test") if isinstance(document, Mapping) else None, answers[name]
    if not isinstance(asked, list) or not all(isinstance(each, Mapping) for each in asked):
        return document  # from_document says what is wrong with it
    if not isinstance(outputs, list) or len(outputs) != len(asked):
        raise ArcError(
            f"task {name}: expected a list of {len(asked)} outputs in {place}, got {outputs!r:.40}"
        )
    for number, (each, output) in enumerate(zip(asked, outputs, strict=True)):
        if each.get("output") not in (None, output):
            raise ArcError(f"task {name}, test {number}: its output is another one in {place}")
    solved = [{**each, "output": output} for each, output in zip(asked, outputs, strict=True)]
    return {**document, "test": solved}
