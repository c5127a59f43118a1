"""Which detection attends to which: the whole attention of one clip."""

from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from analysis import Drawing, Interactive, conditions_side_by_side, heat_map
from analysis.figures.style import INK
from analysis.interactive import matrix_view
from object_persistence.pictures.seen_clip import TRAINED, Look, SeenClip, control_first

MEAN = "mean of heads"
LABEL = "multiples of uniform"

Square = Float[np.ndarray, "queries keys"]


def token_maps(seen: SeenClip, look: Look, layer: str) -> dict[str, Square]:
    """By head, the mean first: weights in multiples of uniform attention, detections object by object."""
    order = seen.objects.order()
    weights = look.weights[layer].astype(float)[:, order][:, :, order] * len(order)
    return {MEAN: weights.mean(0)} | {f"head {head + 1}": each for head, each in enumerate(weights)}


def tokens_drawing(seen: SeenClip) -> Drawing:
    """The last layer on paper, trained beside untrained; layers and heads in a browser."""
    names = [seen.names[row] for row in seen.objects.order()]
    found = {
        (who, layer, head): each
        for who, look in seen.looks.items()
        for layer in look.weights
        for head, each in token_maps(seen, look, layer).items()
    }
    views = {
        key: matrix_view(
            each, rows=names, columns=names, label=LABEL, axes=("attends", "is attended"), colours="viridis"
        )
        for key, each in found.items()
    }
    maps = {who: found[who, look.last, MEAN] for who, look in seen.looks.items()}
    return Drawing(
        "clip-tokens",
        _figure(seen, maps),
        f"Who attends to whom in {seen.trained.last} of {seen.clip.name}, {MEAN}: rows attend to columns, detections "
        "stand object by object. Lines part what lasts (above, left) from what does not. The selectors show layers and "
        "heads.",
        f"{len(names)} × {len(names)} matrix, 0 to {maps[TRAINED].max():.1f} times uniform.",
        "1 is uniform attention." + " The difference is from an untrained model." * (len(maps) > 1),
        Interactive(views, ("model", "layer", "head")),
    )


def _figure(seen: SeenClip, maps: dict[str, Square]) -> Figure:
    sides: dict[str, Any] = {"x": "is attended", "y": "attends"}
    if len(maps) > 1:
        figure = conditions_side_by_side(control_first(maps), label=LABEL, **sides)
        panels = figure.axes[:3]
    else:
        figure = heat_map(maps[TRAINED], label=LABEL, against={"uniform": 1.0}, **sides)
        panels = figure.axes[:1]
    edge = int((seen.objects.of < seen.objects.lasting).sum()) - 0.5
    for axes in panels:
        colour = INK if "−" in axes.get_title(loc="left") else "white"
        axes.axhline(edge, color=colour, linewidth=0.9)
        axes.axvline(edge, color=colour, linewidth=0.9)
    return figure
