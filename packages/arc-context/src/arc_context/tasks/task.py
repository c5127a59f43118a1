"""A task: pairs that show a rule, and pairs that ask for it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from arc_context.errors import ArcError

from .grid import Grid, check_grid, grid_of

MOST_TRAIN_PAIRS = 10


@dataclass(frozen=True, eq=False)
class Pair:
    """An input and its output; None stands for an answer that is not known, which only test pairs may have."""

    input: Grid
    output: Grid | None


@dataclass(frozen=True, eq=False)
class Task:
    """Train pairs (demonstrations), which have answers, and test pairs; `family` is that of a generated task.

    Raises:
        ArcError: not 1 to 10 train pairs, no test pair, a train pair without answer, or a grid that is none.
    """

    name: str
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]
    family: str = ""

    def __post_init__(self):
        if not 1 <= len(self.train) <= MOST_TRAIN_PAIRS:
            raise ArcError(
                f"task {self.name}: expected 1 to {MOST_TRAIN_PAIRS} train pairs, got {len(self.train)}"
            )
        if not self.test:
            raise ArcError(f"task {self.name}: expected 1 test pair or more, got none")
        for where, pair in self._named():
            check_grid(pair.input, f"{where} input")
            if pair.output is not None:
                check_grid(pair.output, f"{where} output")
        for number, pair in enumerate(self.train):
            if pair.output is None:
                raise ArcError(f"task {self.name}, train {number}: expected an output, got none")

    @classmethod
    def from_document(cls, name: str, document: Any) -> "Task":
        """Read `{"train": [{"input": grid, "output": grid}], "test": [...]}`; a test output may be missing or null.

        Raises:
            ArcError: it is not of this form; the message names task, pair, row and column.
        """
        if not isinstance(document, Mapping) or not {"train", "test"} <= document.keys():
            raise ArcError(
                f'task {name}: expected {{"train": [pairs], "test": [pairs]}}, got {_said(document)}'
            )
        for key, value in document.items():
            if key not in ("train", "test") and isinstance(value, list | dict):
                raise ArcError(f"task {name}: {key} would be left out; expected train and test only")
        train, test = (_pairs(name, kind, document[kind]) for kind in ("train", "test"))
        return cls(name, train, test)

    def to_document(self) -> dict[str, list[dict[str, Any]]]:
        """What `from_document` reads: plain lists; an unknown answer is left out."""
        return {kind: [_document(pair) for pair in getattr(self, kind)] for kind in ("train", "test")}

    @property
    def largest_side(self) -> int:
        """Cells to the longest side of any of its grids."""
        return max(side for grid in self.grids() for side in grid.shape)

    @property
    def same_size(self) -> bool:
        """Whether every output that is known is as large as its input."""
        return all(
            pair.output is None or pair.output.shape == pair.input.shape for pair in (*self.train, *self.test)
        )

    @property
    def fingerprint(self) -> str:
        """What the task shows and asks, whatever its name, the order of its pairs, and its answers: 16 hex digits."""
        shown = sorted(f"train {grid_print(pair.input)} {grid_print(pair.output)}" for pair in self.train)
        asked = sorted(f"test {grid_print(pair.input)}" for pair in self.test)
        return _digest("\n".join([*shown, *asked]).encode())

    def grids(self) -> Iterable[Grid]:
        """All of its grids that are known."""
        for pair in (*self.train, *self.test):
            yield pair.input
            if pair.output is not None:
                yield pair.output

    def _named(self) -> Iterable[tuple[str, Pair]]:
        for kind in ("train", "test"):
            for number, pair in enumerate(getattr(self, kind)):
                yield f"task {self.name}, {kind} {number}", pair


def grid_print(grid: Grid | None) -> str:
    """16 hex digits of a grid's shape and colours; nothing for an answer that is not known."""
    return "" if grid is None else _digest(f"{grid.shape}".encode() + np.ascontiguousarray(grid).tobytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _pairs(name: str, kind: str, documents: Any) -> tuple[Pair, ...]:
    if not isinstance(documents, Sequence) or isinstance(documents, str):
        raise ArcError(f"task {name}, {kind}: expected a list of pairs, got {_said(documents)}")
    return tuple(_pair(f"task {name}, {kind} {number}", each) for number, each in enumerate(documents))


def _pair(where: str, document: Any) -> Pair:
    if not isinstance(document, Mapping) or "input" not in document:
        raise ArcError(f'{where}: expected {{"input": grid, "output": grid}}, got {_said(document)}')
    for key in document:
        if key not in ("input", "output"):
            raise ArcError(f"{where}: {key} would be left out; expected input and output only")
    output = document.get("output")
    answer = None if output is None else grid_of(output, f"{where} output")
    return Pair(grid_of(document["input"], f"{where} input"), answer)


def _document(pair: Pair) -> dict[str, Any]:
    answer = {} if pair.output is None else {"output": pair.output.tolist()}
    return {"input": pair.input.tolist(), **answer}


def _said(value: Any) -> str:
    return (
        f"the keys {', '.join(map(str, value)) or 'none'}" if isinstance(value, Mapping) else repr(value)[:40]
    )
