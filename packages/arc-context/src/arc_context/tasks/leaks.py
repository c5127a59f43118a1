"""Tasks that two sets share, under one name or under two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from arc_context.errors import ArcError

from .task import Task, grid_print

SHOWN = 3


@dataclass(frozen=True)
class Leaks:
    """Tasks that two sets share.

    `names` are in both, whether or not their grids are. `pairs` are the tasks of the first and of the second set, by
    name, that have an input with its output, or all they show and ask, in common. Copies that were turned or
    recoloured are not found.
    """

    names: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.names or self.pairs)

    @property
    def first(self) -> frozenset[str]:
        """Names of the tasks of the first set that the second has as well."""
        return frozenset(self.names) | {first for first, _ in self.pairs}

    @property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """Tasks that share grids under different names."""
        return tuple(pair for pair in self.pairs if pair[0] != pair[1])

    def __str__(self) -> str:
        same = f"{len(self.names)} by name{_some(self.names)}"
        other = [f"{first} = {second}" for first, second in self.renamed]
        return f"{same}, {len(other)} by their grids under other names{_some(other)}"


def shared_tasks(first: Iterable[Task], second: Iterable[Task]) -> Leaks:
    """Which tasks two sets share, by name and by what is in them."""
    first, second = tuple(first), tuple(second)
    names = {task.name for task in first} & {task.name for task in second}
    holders = _holders(second)
    pairs = {(task.name, other) for task in first for mark in _marks(task) for other in holders.get(mark, ())}
    return Leaks(tuple(sorted(names)), tuple(sorted(pairs)))


def refuse_leaks(
    first: Iterable[Task], second: Iterable[Task], names: tuple[str, str] = ("the first", "the second")
) -> None:
    """Check that two sets share no task; `names` are what the sets are called.

    Raises:
        ArcError: they do; the message says how many, and names some.
    """
    if shared := shared_tasks(first, second):
        raise ArcError(
            f"{names[0]} and {names[1]} share {shared}. Ask for leaks where that is meant, or leave them out with "
            "arc_context.without_leaks."
        )


def without_leaks(training: Iterable[Task], held_out: Iterable[Task]) -> tuple[tuple[Task, ...], Leaks]:
    """The tasks of the first set that the second does not have, and what was left out for it."""
    training = tuple(training)
    shared = shared_tasks(training, held_out)
    return tuple(task for task in training if task.name not in shared.first), shared


def _marks(task: Task) -> set[str]:
    """What tells a task: all that it shows and asks, and every input with its output."""
    known = [pair for pair in (*task.train, *task.test) if pair.output is not None]
    return {task.fingerprint} | {f"{grid_print(pair.input)} {grid_print(pair.output)}" for pair in known}


def _holders(tasks: Iterable[Task]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for task in tasks:
        for mark in _marks(task):
            found.setdefault(mark, []).append(task.name)
    return found


def _some(names: Sequence[str]) -> str:
    more = " …" if len(names) > SHOWN else ""
    return f" ({', '.join(names[:SHOWN])}{more})" if names else ""
