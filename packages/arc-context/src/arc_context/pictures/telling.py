"""A chosen cell in lines for readers, and in numbers for machines."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from arc_context.pictures.chosen_cell import ChosenCell
from arc_context.pictures.looks import Anchor, Looks
from arc_context.truth import NONE

STRONGEST = 10
"""Support cells that are listed of a look."""
DIGITS = 6


def lines(chosen: ChosenCell) -> Iterator[str]:
    """Whether the task was answered, where the chosen cell looks, then and last, and what anchors are on."""
    seen = chosen.seen
    row, column = chosen.place
    given = (
        "no answer was given"
        if seen.answer is None
        else f"the answer is {'right' if seen.right else 'wrong'}"
    )
    yield f"{seen.name} of {seen.split}: {given}"
    for model, looks in seen.looks.items():
        for look in dict.fromkeys((chosen.look, len(looks.names) - 1)):
            asked = f"cell {row},{column}, {looks.names[look]}, {looks.heads[chosen.head]}, {model}"
            yield f"{asked}: {_told(replace(chosen, look=look), looks)}"
    for model, anchors in seen.anchors.items():
        yield f"anchors, {model}: {', '.join(map(_anchor, anchors))}"


def _told(chosen: ChosenCell, looks: Looks) -> str:
    at = chosen.look, chosen.head, chosen.cell
    spread = f"spread as over {looks.spread[at]:.1f} of {chosen.seen.support_cells} support cells"
    if chosen.seen.groups[chosen.cell] == NONE:
        return f"{spread}; no cells settle it by themselves"
    return (
        f"{looks.settling[at]:.3f} of the attention is on the cells that settle it "
        f"(uniform {chosen.seen.uniform(chosen.cell):.3f}), {spread}"
    )


def _anchor(anchor: Anchor) -> str:
    return f"{anchor.row},{anchor.column} (counts {anchor.present:.2f})"


def document(chosen: ChosenCell) -> dict[str, Any]:
    """The task, its answer, and the strongest support cells of every look of the chosen cell."""
    seen = chosen.seen
    return {
        "split": seen.split,
        "item": seen.name,
        "task": seen.question.task.to_document(),
        "answer": None if seen.answer is None else seen.answer.tolist(),
        "right": seen.right,
        "cell": list(chosen.place),
        "support_cells": seen.support_cells,
        "uniform": _plain(seen.uniform(chosen.cell)),
        "looks": {
            model: [
                {"look": name, "head": head, **_look(chosen, looks, look, at)}
                for look, name in enumerate(looks.names)
                for at, head in enumerate(looks.heads)
            ]
            for model, looks in seen.looks.items()
        },
        "anchors": {
            model: [[each.row, each.column, _plain(each.present)] for each in anchors]
            for model, anchors in seen.anchors.items()
        },
    }


def _look(chosen: ChosenCell, looks: Looks, look: int, head: int) -> dict[str, Any]:
    at = look, head, chosen.cell
    height, width = chosen.seen.frame
    places = looks.places[at][:STRONGEST].tolist()
    strongest = [
        {
            "pair": key // (height * width),
            "row": key // width % height,
            "column": key % width,
            "weight": _plain(weight),
        }
        for key, weight in zip(places, looks.weights[at][:STRONGEST].tolist(), strict=True)
        if weight > 0
    ]
    return {
        "settling": _plain(float(looks.settling[at])),
        "spread": _plain(float(looks.spread[at])),
        "strongest": strongest,
    }


def _plain(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
