"""One test output as models answered it, and where their cells look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int

from arc_context.errors import ArcError
from arc_context.pictures.looks import Anchor, Looks
from arc_context.questions import Question
from arc_context.tasks.grid import Grid
from arc_context.trials import commonest
from arc_context.truth import NONE, determined, marked

TRAINED, UNTRAINED = "trained", "untrained"


@dataclass(frozen=True, eq=False)
class SeenTask:
    """What is drawn of one question.

    `canvas` are rows and columns that the answer may have, `frame` those of the padded support; without looks only
    grids are drawn.
    """

    split: str
    question: Question
    answer: Grid | None
    """The first attempt; None where there was none."""
    canvas: tuple[int, int]
    frame: tuple[int, int]
    looks: Mapping[str, Looks] = field(default_factory=dict)
    """By model, the trained one first."""
    anchors: Mapping[str, tuple[Anchor, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Task and place of its test pair, as trials name it."""
        return f"{self.question.task.name}/{self.question.test}"

    @property
    def right(self) -> bool:
        """Whether the answer was met."""
        truth = self.question.pair.output
        return self.answer is not None and truth is not None and np.array_equal(self.answer, truth)

    @property
    def cells(self) -> int:
        """Of the canvas."""
        return self.canvas[0] * self.canvas[1]

    @property
    def marker(self) -> Bool[np.ndarray, "rows columns"] | None:
        """Where the marker is that the answer hangs on."""
        return marked(self.question)

    @cached_property
    def groups(self) -> Int[np.ndarray, " cells"]:
        """The group of support cells that settles each cell of the canvas; −1 where none does by itself."""
        told = determined(self.question)
        found = np.full(self.canvas, NONE)
        if told is not None:
            rows, columns = told.group.shape
            found[:rows, :columns] = told.group[: self.canvas[0], : self.canvas[1]]
        return found.ravel()

    @cached_property
    def settling(self) -> tuple[Int[np.ndarray, " _"], ...]:
        """The support cells of each group, by their places in the frame."""
        told = determined(self.question)
        if told is None:
            return ()
        height, width = self.frame
        framed = np.zeros((*told.cells.shape[:2], height, width), dtype=bool)
        framed[:, :, : told.cells.shape[2], : told.cells.shape[3]] = told.cells
        return tuple(np.flatnonzero(each) for each in framed)

    @property
    def support_cells(self) -> int:
        """How many support cells there are: places that input or output of a pair have."""
        height, width = self.frame
        there = np.zeros((len(self.question.task.train), height, width), dtype=bool)
        for pair, shown in zip(there, self.question.task.train, strict=True):
            for grid in (shown.input, shown.output):
                assert grid is not None
                pair[: grid.shape[0], : grid.shape[1]] = True
        return int(there.sum())

    def uniform(self, cell: int) -> float:
        """The share of support cells that settle a cell; NaN where none do."""
        group = int(self.groups[cell])
        return len(self.settling[group]) / self.support_cells if group != NONE else float("nan")

    def cell(self, named: str | None) -> int:
        """A cell from `row,column`; without one the first that support cells settle and that stands out.

        Raises:
            ArcError: it is outside of the canvas.
        """
        if named is None:
            return self._telling()
        row, column = cell_at(named, self.name, self.canvas)
        return row * self.canvas[1] + column

    def _telling(self) -> int:
        """The first cell that is settled, of a colour other than the commonest; else of any; else the first."""
        grid = self.question.pair.input
        shown = np.zeros(self.canvas, dtype=bool)
        rows, columns = np.minimum(grid.shape, self.canvas)
        shown[:rows, :columns] = grid[:rows, :columns] != commonest(grid)
        settled = self.groups != NONE
        for wanted in (settled & shown.ravel(), settled, shown.ravel()):
            if wanted.any():
                return int(wanted.argmax())
        return 0


def cell_at(named: str, task: str, canvas: tuple[int, int]) -> tuple[int, int]:
    """Row and column of `row,column`.

    Raises:
        ArcError: it is outside of the canvas.
    """
    row, column = map(int, named.split(","))
    if row >= canvas[0] or column >= canvas[1]:
        raise ArcError(
            f"task {task}: there is no cell {row},{column}; expected row 0 to {canvas[0] - 1} and column 0 to "
            f"{canvas[1] - 1}"
        )
    return row, column
