"""One colour in place of another, everywhere."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Int8

from arc_context.baselines.base import Baseline, Ranking
from arc_context.baselines.geometry import named_by, outputs, shaped
from arc_context.baselines.grids import Operation
from arc_context.baselines.operations import then
from arc_context.tasks.grid import COLOURS, Grid
from arc_context.tasks.task import Task

Colours = Int8[np.ndarray, "10"]


@dataclass(frozen=True)
class ColourMap(Baseline):
    """An operation of the geometry search, then each colour replaced as all train pairs agree.

    Colours that no train pair shows stay as they are.
    """

    name: ClassVar[str] = "colour_map"
    knows: ClassVar[str] = "that cells change by their colour, alone or after what geometry knows"

    def ranked(self, task: Task) -> Ranking:
        """What fitting operations make of each test input, recoloured."""
        return named_by(recolouring(shaped(task), outputs(task)), task)


def recolouring(found: Iterable[tuple[Operation, list[Grid]]], wanted: Sequence[Grid]) -> list[Operation]:
    """The operations that make every output once their colours are replaced, with this replacement."""
    return [
        then(operation, recoloured(colours))
        for operation, made in found
        if (colours := colour_map(made, wanted)) is not None
    ]


def colour_map(before: Sequence[Grid], after: Sequence[Grid]) -> Colours | None:
    """What becomes of each colour between grids of the same sizes; None where they contradict each other."""
    colours = np.arange(COLOURS, dtype=np.int8)
    old, new = (np.concatenate([grid.ravel() for grid in grids]) for grids in (before, after))
    colours[old] = new
    return colours if np.array_equal(colours[old], new) else None


def recoloured(colours: Colours) -> Callable[[Grid], Grid]:
    """Replace each colour."""
    return lambda grid: colours[grid]
