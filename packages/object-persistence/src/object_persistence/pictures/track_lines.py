"""Linked tracks over time, with the probability that they last and the attention that they receive."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from analysis import Drawing, Interactive
from analysis.figures.style import FAINT, PAGE, QUIET, house_style
from analysis.interactive import View
from object_persistence.pictures.colours import (
    LASTS,
    SYMBOLS,
    colour_of,
    probability_bar,
    truths,
    width_of,
)
from object_persistence.pictures.frame_strip import words
from object_persistence.pictures.seen_clip import UNTRAINED, Look, SeenClip

AXES = ("y", "x")
MARKS = {"circle": "o", "square": "s", "diamond": "D"}


def tracks_drawing(seen: SeenClip) -> Drawing:
    """Both coordinates on paper; in a browser by model, coordinate and layer."""
    attends = bool(seen.layers)
    width = f" Lines are as wide as the attention received in {seen.trained.last}." if attends else ""
    tracks = len(np.unique(seen.clip.tracks))
    return Drawing(
        "clip-tracks",
        track_figure(seen),
        f"The {tracks} linked tracks of {seen.clip.name} over time, coloured by the probability that they last."
        f"{width} Filled marks are of objects that do last, hollow ones of what passes or is clutter.",
        f"{tracks} lines for {len(seen.objects)} objects, {seen.objects.lasting} of which last.",
        _null(seen),
        Interactive(views(seen), ("model", "coordinate", *(("layer",) if attends else ()))),
    )


def _null(seen: SeenClip) -> str:
    if UNTRAINED not in seen.looks:
        return "Grey is a probability of 0.5."
    return "The lower row is an untrained model; where attention knows nothing, all lines are as wide as the legend's."


def track_figure(seen: SeenClip) -> Figure:
    """Draw y and x against time, one row for each model."""
    with house_style():
        figure = Figure(figsize=(PAGE, 2.5 * len(seen.looks) + 1.0), layout="constrained")
        grid = figure.subplots(len(seen.looks), 2, squeeze=False, sharex=True)
        for row, (who, look) in zip(grid, seen.looks.items(), strict=True):
            for axes, axis in zip(row, AXES, strict=True):
                _panel(axes, seen, look, axis)
            row[0].set_title(who)
        for axes in grid[-1]:
            axes.set_xlabel("frame")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        probability_bar(figure, grid.ravel().tolist(), "probability that it lasts")
        figure.legend(handles=_handles(bool(seen.layers)), loc="outside upper right", ncols=3)
    return figure


def _handles(attends: bool) -> list[Line2D]:
    plain: dict[str, Any] = {"color": QUIET, "linestyle": "", "marker": "o"}
    marks = [Line2D([], [], **plain, label="lasts"), Line2D([], [], **plain, mfc="white", label="does not")]
    one = float(width_of(np.ones(1))[0])
    return marks + ([Line2D([], [], color=QUIET, lw=one, label="receives 1, as on average")] * attends)


def _panel(axes: Axes, seen: SeenClip, look: Look, axis: str) -> None:
    found, at = seen.clip.detections, getattr(seen.clip.detections, axis)
    received = look.received[look.last] if look.received else np.ones(len(found))
    for track in np.unique(seen.clip.tracks):
        rows = np.flatnonzero(seen.clip.tracks == track)
        points = np.stack([found.frame[rows] + 1.0, at[rows]], 1)
        between = (rows[1:], rows[:-1])
        axes.add_collection(
            LineCollection(
                list(np.stack([points[:-1], points[1:]], 1)),
                colors=[
                    colour_of(look.probability[list(pair)].mean()) for pair in zip(*between, strict=True)
                ],
                linewidths=width_of((received[between[0]] + received[between[1]]) / 2),
                zorder=1,
            )
        )
    colours = [colour_of(each) for each in look.probability]
    for kind, symbol in SYMBOLS.items():
        rows = np.flatnonzero(np.array(truths(seen.clip)) == kind)
        edges = [colours[row] for row in rows]
        faces = edges if kind == LASTS else "white"
        axes.scatter(
            found.frame[rows] + 1,
            at[rows],
            s=13,
            c=faces,
            edgecolors=edges,
            marker=MARKS[symbol],
            zorder=2,
        )
    axes.set_ylabel(f"{axis}, px")
    axes.grid(color=FAINT, linewidth=0.6)
    axes.margins(0.03)


def views(seen: SeenClip) -> dict[tuple[str, ...], View]:
    """Every model, coordinate and layer."""
    return {
        (who, axis, *((layer,) if layer else ())): track_view(seen, look, axis, layer)
        for who, look in seen.looks.items()
        for axis in AXES
        for layer in (seen.layers or ("",))
    }


def track_view(seen: SeenClip, look: Look, axis: str, layer: str) -> View:
    """Lines whose marks are as large as what they receive in a layer; the pointer tells of a detection."""
    found, kinds = seen.clip.detections, truths(seen.clip)
    received = look.received[layer] if layer else np.ones(len(found))
    traces = []
    for track in np.unique(seen.clip.tracks):
        rows = np.flatnonzero(seen.clip.tracks == track)
        colours = [colour_of(each) for each in look.probability[rows]]
        marks: dict[str, Any] = {
            "symbol": [SYMBOLS[kinds[row]] + ("" if kinds[row] == LASTS else "-open") for row in rows],
            "size": 5 + 3 * width_of(received[rows]),
            "color": colours,
        }
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": found.frame[rows] + 1,
                "y": getattr(found, axis)[rows],
                "line": {"color": colour_of(look.probability[rows].mean()), "width": 1.5},
                "marker": marks,
                "text": [words(seen, look, row) for row in rows.tolist()],
                "hovertemplate": "%{text}<extra></extra>",
                "showlegend": False,
            }
        )
    layout = {
        "xaxis": {"title": {"text": "frame"}, "range": [0.5, seen.clip.time + 0.5]},
        "yaxis": {"title": {"text": f"{axis}, px"}},
        "hovermode": "closest",
        "height": 460,
    }
    return View(traces, layout)
