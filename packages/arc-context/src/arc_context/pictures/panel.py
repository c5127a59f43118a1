"""A task on a page: any test cell can be chosen, and shows the support cells that it looks at."""

import base64
import json
import math
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib import resources
from typing import Any

import numpy as np

from analysis import Panel
from arc_context.pictures.chosen_cell import LARGEST, MIDDLE, SMALLEST, ChosenCell
from arc_context.pictures.looks import Looks
from arc_context.pictures.scene import Scene
from arc_context.pictures.svg import drawn, number, sized

STEPS = 65_535
"""Of a weight, which is written in two bytes."""


def panel(chosen: ChosenCell) -> Panel:
    """The task with one cell chosen, which is read without scripts; with them every other cell can be."""
    parts = ['<div class="arc">', *_selectors(chosen), _asked(chosen)]
    models = list(chosen.seen.looks)
    if models:
        parts += [
            _told(chosen),
            '<div class="models">',
            *(_support(chosen, model) for model in models),
            "</div>",
        ]
        data = json.dumps(document(chosen), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
        parts += [f'<script type="application/json">{data}</script>', "</div>"]
    else:
        parts += [_picture("support", "the pairs that show the rule", chosen.support.scene), "</div>"]
    return Panel("\n".join(parts), source("cells.js") if models else "", source("cells.css"))


@cache
def source(name: str) -> str:
    """A file beside this one."""
    return (resources.files("arc_context.pictures") / name).read_text(encoding="utf-8")


def _selectors(chosen: ChosenCell) -> Iterator[str]:
    looks = next(iter(chosen.seen.looks.values()), None)
    if looks is None:
        return
    offered = {
        "look": (looks.names, chosen.look),
        "head": (looks.heads, chosen.head),
    }
    yield '<div class="selectors" hidden>'
    for name, (options, at) in offered.items():
        told = "".join(
            f'<option value="{k}"{" selected" * (k == at)}>{escape(each)}</option>'
            for k, each in enumerate(options)
        )
        yield f'<label>{name.capitalize()} <select data-choice="{name}">{told}</select></label>'
    yield "</div>"


def _asked(chosen: ChosenCell) -> str:
    """The test input and both answers; the chosen cell is a part of its own, so that it can be moved."""
    scene = chosen.asked.scene
    row, column = chosen.place
    said = f"{chosen.seen.name}: test input, the answer given and the one wanted; row {row}, column {column} is chosen"
    inside = (
        f'{drawn(scene.shapes)}{drawn(chosen.anchor_shapes())}<g class="chosen">{drawn(chosen.chosen())}</g>'
    )
    hint = (
        '<p class="hint" hidden>Choose a cell by a click, or here with the arrow keys.</p>'
        if chosen.seen.looks
        else ""
    )
    return hint + f'<svg class="asked" role="img" aria-label="{escape(said)}" {sized(scene)}>{inside}</svg>'


def _support(chosen: ChosenCell, model: str) -> str:
    scene = chosen.support.scene
    dots = (
        f'<g class="dots">{drawn(chosen.dots(model))}</g><g class="settling">{drawn(chosen.settling())}</g>'
    )
    said = f"what the chosen cell looks at, {model}"
    return _picture(model, said, scene, dots)


def _picture(name: str, said: str, scene: Scene, marks: str = "") -> str:
    head = f"<h4>{escape(said)}</h4>"
    look = f'class="support" data-model="{escape(name)}" role="img" aria-label="{escape(said)}"'
    return f"<div>{head}<svg {look} {sized(scene)}>{drawn(scene.shapes)}{marks}</svg></div>"


def _told(chosen: ChosenCell) -> str:
    """What is told of the chosen cell in numbers, by model."""
    row, column = chosen.place
    heads = ("model", "on cells that settle it", "uniform", "spread as over")
    rows = "".join(
        f'<tr data-model="{escape(model)}"><th scope="row">{escape(model)}</th>'
        + "".join(
            f'<td class="number" data-label="{label}">{each}</td>'
            for label, each in zip(heads[1:], numbers(chosen, looks), strict=True)
        )
        + "</tr>"
        for model, looks in chosen.seen.looks.items()
    )
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    said = (
        f'<span class="cell" role="status">row {row}, column {column}</span>: attention of this cell; it has '
        f"{chosen.seen.support_cells} support cells to look at"
    )
    return f"<table><caption>{said}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def numbers(chosen: ChosenCell, looks: Looks) -> tuple[str, str, str]:
    """Attention on what settles the cell, what uniform attention would have there, and how far it is spread."""
    at = chosen.look, chosen.head, chosen.cell
    uniform = chosen.seen.uniform(chosen.cell)
    return _share(float(looks.settling[at])), _share(uniform), f"{looks.spread[at]:.1f} cells"


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def document(chosen: ChosenCell) -> dict[str, Any]:
    """What the page's script needs."""
    seen = chosen.seen
    uniform = [seen.uniform(cell) for cell in range(seen.cells)]
    looks = next(iter(seen.looks.values()))
    return {
        "canvas": seen.canvas,
        "frame": seen.frame,
        "cell": chosen.cell,
        "radii": [LARGEST, SMALLEST],
        "middle": MIDDLE,
        "asked": [[*places[0], *block.sides[0]] for places, block in _grids(chosen)],
        "pairs": [
            [[*place, *sides] for place, sides in zip(places, block.sides, strict=True)]
            for places, block in zip(chosen.support.places, chosen.support.blocks, strict=True)
        ],
        "groups": seen.groups.tolist(),
        "settling": [each.tolist() for each in seen.settling],
        "uniform": [_plain(each) for each in uniform],
        "shape": [len(looks.names), len(looks.heads), seen.cells, looks.places.shape[-1]],
        "models": {name: _coded(each) for name, each in seen.looks.items()},
    }


def _grids(chosen: ChosenCell) -> list[tuple[list[tuple[float, float]], Any]]:
    return list(zip(chosen.asked.places, chosen.asked.blocks, strict=True))


def _coded(looks: Looks) -> dict[str, Any]:
    """Places and weights as little-endian pairs of two bytes each, in the order of the arrays."""
    both = np.stack([looks.places, np.rint(looks.weights * STEPS)], -1).astype("<u2")
    return {
        "looks": base64.b64encode(both.tobytes()).decode(),
        "settling": [_plain(each) for each in looks.settling.ravel().tolist()],
        "spread": [_plain(each) for each in looks.spread.ravel().tolist()],
    }


def _plain(value: float) -> float | None:
    return float(number(value)) if math.isfinite(value) else None
