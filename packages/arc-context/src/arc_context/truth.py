"""Which support cells settle a cell of a test input, of tasks whose family says so."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from arc_context.families.base import Family
from arc_context.families.registry import FAMILIES
from arc_context.questions import Question

NONE = -1
"""The group of a test cell that no support cells settle by themselves."""


@dataclass(frozen=True, eq=False)
class Determined:
    """The support cells that settle each test cell; test cells that are settled by the same ones share a group.

    `cells` are those of each group, in the frame of the largest train input.
    """

    group: Int[np.ndarray, "rows columns"]
    cells: Bool[np.ndarray, "groups pairs height width"]


def determined(question: Question) -> Determined | None:
    """What settles every cell of a test input; None where the family says it of no cell."""
    family = FAMILIES.get(question.task.family)
    if family is None:
        return None
    group = np.full(question.pair.input.shape, NONE)
    known: dict[bytes, tuple[int, np.ndarray]] = {}
    for row, column in np.ndindex(group.shape):
        cells = family.determining(question.task, question.test, row, column)
        if cells is not None and any(each.any() for each in cells):
            framed = in_one_frame(cells)
            group[row, column] = known.setdefault(framed.tobytes(), (len(known), framed))[0]
    return Determined(group, np.stack([cells for _, cells in known.values()])) if known else None


def marked(question: Question) -> Bool[np.ndarray, "rows columns"] | None:
    """Where the marker is that the answer hangs on; None in families without."""
    family = FAMILIES.get(question.task.family)
    return None if family is None else family.markers(question.task, question.test)


def any_settled(families: Iterable[str]) -> bool:
    """Whether one of these families says of single cells what settles them."""
    return any(type(FAMILIES[name]).determining is not Family.determining for name in families)


def in_one_frame(cells: tuple[Bool[np.ndarray, "_ _"], ...]) -> Bool[np.ndarray, "pairs height width"]:
    """Grids of any size in one array, False beyond each."""
    frame = np.zeros((len(cells), *np.max([each.shape for each in cells], axis=0)), dtype=bool)
    for pair, each in zip(frame, cells, strict=True):
        pair[: each.shape[0], : each.shape[1]] = each
    return frame
