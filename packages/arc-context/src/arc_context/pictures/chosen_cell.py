"""One cell of a test input, and the support cells that it looks at, as shapes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from arc_context.pictures.grids import CORNER, chosen_shapes, settling_shapes
from arc_context.pictures.grids import MIDDLE as DIGIT
from arc_context.pictures.looks import most
from arc_context.pictures.rows import Block, Placed, placed
from arc_context.pictures.scene import Dot, Scene, Shape, Words, joined, stacked
from arc_context.pictures.seen_task import SeenTask
from arc_context.pictures.whole_task import support_blocks
from arc_context.truth import NONE

LARGEST, SMALLEST = 0.25, 0.025
"""Radius of the strongest support cell's dot, and of the smallest that is drawn."""
MIDDLE = 0.63, 0.63
"""Of a dot in its cell; the digit is in the corner, and no dot touches it."""


@dataclass(frozen=True, eq=False)
class ChosenCell:
    """A cell of the canvas, and what is drawn of it."""

    seen: SeenTask
    cell: int
    look: int = 0
    """The first, of which figures tell first as well."""
    head: int = 0
    """0 is the mean of heads."""

    @property
    def place(self) -> tuple[int, int]:
        """Row and column, from 0."""
        return self.cell // self.seen.canvas[1], self.cell % self.seen.canvas[1]

    @cached_property
    def asked(self) -> Placed:
        """The test input, the answer that was given, and the one that was wanted."""
        seen, pair = self.seen, self.seen.question.pair
        said = "no answer" if seen.answer is None else f"answer, {'right' if seen.right else 'wrong'}"
        return placed(
            [
                Block("test input", (pair.input,), digit=CORNER if seen.anchors else DIGIT),
                Block(said, (seen.answer,), seen.canvas),
                Block("wanted", (pair.output,), seen.canvas),
            ]
        )

    @cached_property
    def support(self) -> Placed:
        """All pairs, each output beneath its input."""
        return placed(support_blocks(self.seen.question.task, CORNER if self.seen.looks else DIGIT))

    @property
    def asked_scene(self) -> Scene:
        """What is asked and answered, with the chosen cell, and with anchors and marker where there are some."""
        marks = joined([self.anchor_shapes(), self.chosen()])
        scene = self.asked.scene
        return Scene((*scene.shapes, *marks), scene.width, scene.height)

    def chosen(self) -> Iterator[Shape]:
        """The cell in each grid that has it."""
        row, column = self.place
        for ((x, y),), block in zip(self.asked.places, self.asked.blocks, strict=True):
            rows, columns = block.sides[0]
            if row < rows and column < columns:
                yield from chosen_shapes(x + column, y + row)

    def anchor_shapes(self) -> Iterator[Shape]:
        """Dashes around the marker, and a dot on each anchor of the trained model, as large as it counts."""
        ((x, y),) = self.asked.places[0]
        marker = self.seen.marker if self.seen.anchors else None
        if marker is not None:
            for row, column in np.argwhere(marker).tolist():
                yield from settling_shapes(x + column, y + row)
        for anchor in next(iter(self.seen.anchors.values()), ()):
            radius = LARGEST * float(np.sqrt(anchor.present))
            if radius >= SMALLEST:
                yield Dot(x + anchor.column + MIDDLE[0], y + anchor.row + MIDDLE[1], radius)

    def support_scene(self, model: str) -> Scene:
        """The pairs, and what the cell looks at in one model."""
        scene = self.support.scene
        marks = joined([self.dots(model), self.settling()])
        return Scene((*scene.shapes, *marks), scene.width, scene.height)

    def dots(self, model: str) -> Iterator[Shape]:
        """Discs whose areas are as the attention, on one scale for all models."""
        if model not in self.seen.looks:
            return
        top = most(list(self.seen.looks.values()), self.look, self.head, self.cell)
        looks = self.seen.looks[model]
        weights = looks.weights[self.look, self.head, self.cell]
        for key, weight in zip(looks.places[self.look, self.head, self.cell], weights, strict=True):
            radius = LARGEST * float(np.sqrt(weight / top)) if top else 0.0
            if radius >= SMALLEST:
                for x, y in self.corners(int(key)):
                    yield Dot(x + MIDDLE[0], y + MIDDLE[1], radius)

    def settling(self) -> Iterator[Shape]:
        """Dashes around the support cells that settle the cell."""
        group = int(self.seen.groups[self.cell])
        if group != NONE:
            for key in self.seen.settling[group].tolist():
                for x, y in self.corners(key):
                    yield from settling_shapes(x, y)

    def corners(self, key: int) -> Iterator[tuple[float, float]]:
        """Where a support cell is drawn: in the input of its pair, in the output, or in both."""
        height, width = self.seen.frame
        pair, inside = divmod(key, height * width)
        row, column = divmod(inside, width)
        block = self.support.blocks[pair]
        for (x, y), (rows, columns) in zip(self.support.places[pair], block.sides, strict=True):
            if row < rows and column < columns:
                yield x + column, y + row

    @property
    def scene(self) -> Scene:
        """All of it, one model beneath the other."""
        models = list(self.seen.looks)
        parts = [self.asked_scene]
        for model in models:
            title = Scene((Words(0.1, 0.8, f"the support cells that it looks at, {model}"),), 20.0, 1.0)
            parts += [title, self.support_scene(model)]
        return stacked(parts if models else [*parts, self.support.scene])
