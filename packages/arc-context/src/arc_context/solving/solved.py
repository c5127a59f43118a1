"""What was attempted at a task, by whom, and how long it took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from arc_context.errors import ArcError
from arc_context.solving.voting import ATTEMPTS, Vote, attempts, is_right
from arc_context.tasks.grid import Grid, grid_of
from arc_context.tasks.task import Task

Protocol = Literal["inductive", "transductive"]
PROTOCOLS: dict[Protocol, str] = {
    "inductive": "no weight was changed for this task",
    "transductive": "weights were trained on this task's own train pairs first",
}
"""What may have been done with a task before it is answered."""
Solve = Callable[[Task], "Solved"]


@dataclass(frozen=True, eq=False)
class Solved:
    """Answers to every test output of a task, ranked by votes; `notes` are what a reader has to know besides."""

    task: str
    votes: tuple[tuple[Vote, ...], ...]
    seconds: float
    """CPU time, of all threads."""
    protocol: Protocol
    solver: str
    notes: tuple[str, ...] = ()

    @property
    def attempts(self) -> list[list[Grid]]:
        """The two best answers to each test output, or fewer where there are fewer."""
        return [attempts(votes) for votes in self.votes]

    def right(self, task: Task) -> tuple[bool | None, ...]:
        """Of each test output whether an attempt is its answer; None where that is not known.

        Raises:
            ArcError: the task has another name, or as many test outputs as were not answered.
        """
        if (task.name, len(task.test)) != (self.task, len(self.votes)):
            raise ArcError(
                f"answers to {len(self.votes)} test outputs of task {self.task} cannot be held against task "
                f"{task.name}, which has {len(task.test)}"
            )
        pairs = zip(self.attempts, task.test, strict=True)
        return tuple(None if pair.output is None else is_right(tried, pair.output) for tried, pair in pairs)

    def to_document(self) -> dict[str, Any]:
        """Plain data, as JSON holds it."""
        told = {name: getattr(self, name) for name in ("task", "seconds", "protocol", "solver")}
        votes = [[document_of(each) for each in votes] for votes in self.votes]
        return {**told, "notes": list(self.notes), "attempts": ATTEMPTS, "test": votes}

    @classmethod
    def from_document(cls, document: Any) -> "Solved":
        """Read what `to_document` gives.

        Raises:
            ArcError: it is of another form.
        """
        try:
            if document["protocol"] not in PROTOCOLS:
                raise ValueError(f"protocol {document['protocol']!r}")
            votes = tuple(tuple(map(vote_of, each)) for each in document["test"])
            told = {name: document[name] for name in ("task", "seconds", "protocol", "solver")}
            return cls(**told, votes=votes, notes=tuple(document["notes"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ArcError(f"expected what was attempted at a task, got something else: {error}") from None


def document_of(vote: Vote) -> dict[str, Any]:
    """A grid with its votes, as plain data."""
    return {"grid": vote.grid.tolist(), "weight": vote.weight, "count": vote.count}


def vote_of(document: Mapping[str, Any]) -> Vote:
    """Read `document_of`."""
    return Vote(grid_of(document["grid"], "an answer"), float(document["weight"]), int(document["count"]))


def joined(first: Solved, second: Solved) -> Solved:
    """The answers of two solvers in turn, beginning with the best of the first: each has one of two attempts.

    Weights are places from the end; seconds add up, and the protocol is transductive where either's is.

    Raises:
        ArcError: they are of different tasks.
    """
    if (first.task, len(first.votes)) != (second.task, len(second.votes)):
        raise ArcError(f"answers to tasks {first.task} and {second.task} cannot be joined")
    return Solved(
        first.task,
        tuple(in_turn(one, other) for one, other in zip(first.votes, second.votes, strict=True)),
        first.seconds + second.seconds,
        "transductive" if "transductive" in (first.protocol, second.protocol) else "inductive",
        f"{first.solver} and {second.solver}",
        (*first.notes, *second.notes),
    )


def in_turn(first: Sequence[Vote], second: Sequence[Vote]) -> tuple[Vote, ...]:
    """Distinct grids of two rankings, one of each in turn; each counts for as many as named it."""
    found: dict[tuple[tuple[int, ...], bytes], Vote] = {}
    for each in (one for pair in zip_longest(first, second) for one in pair if one is not None):
        key = each.grid.shape, each.grid.tobytes()
        before = found.get(key)
        found[key] = Vote(each.grid, 0.0, each.count + (before.count if before else 0))
    ranked = list(found.values())
    return tuple(Vote(each.grid, float(len(ranked) - place), each.count) for place, each in enumerate(ranked))
