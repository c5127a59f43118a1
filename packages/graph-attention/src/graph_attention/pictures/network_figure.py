"""A drawn network for a page of paper: what flows, and where attention goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke

from analysis.figures.style import INK, PAGE, QUIET, house_style
from graph_attention.pictures.drawn_network import DrawnNetwork
from graph_attention.pictures.links import COLOURS, KINDS, Look, colour_of, reach_of, ticks_of, width_of

LETTERS = 6.0
LINE = 110
"""Letters of a line above the panels."""
MOST_NAMES = 120
HIGHEST = 9.6
ROOMY = 0.34
"""Inches of a link beside which names have their full size."""
OUTLINE = [withStroke(linewidth=1.6, foreground="white")]


@dataclass(frozen=True)
class Scale:
    """What all panels of a figure share: the largest flux, where colours end, and how large nodes and letters are."""

    most: float
    reach: float
    size: float = 1.0


def network_figure(drawn: DrawnNetwork, looks: Mapping[str, Look], *, columns: int = 1) -> Figure:
    """Draw one network in one or several media, in the same places and on the same scales.

    A link is as wide as the flux it carries and points where that goes; where nothing flows it is dotted. Its colour is
    attention in multiples of uniform. Metabolites are red circles and reactions blue squares, as large as what they
    receive; currency metabolites stand small beside each reaction.
    """
    rows = -(-len(looks) // columns)
    wide, tall = (np.ptp(drawn.nodes[axis].to_numpy()) + 2.0 for axis in ("x", "y"))
    height = float(np.clip(PAGE / columns * tall / wide, 2.2, min(7.4, HIGHEST / rows)))
    scale = _scale(looks, min(PAGE / columns / wide, height / tall))
    with house_style():
        figure = Figure(figsize=(PAGE, rows * height + 0.9), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes in grid.flat:
            axes.set_axis_off()
        for axes, (name, look) in zip(grid.flat, looks.items(), strict=False):
            _panel(axes, drawn, look, scale)
            axes.set_title(name, fontsize=9.5)
        said = "; ".join(filter(None, [drawn.title, drawn.left_out]))
        figure.suptitle(fill(said, LINE), x=0.01, ha="left", fontsize=8, color=QUIET)
        _colour_bar(figure, grid, scale.reach)
        _legend(figure, drawn, scale.most)
    return figure


def _scale(looks: Mapping[str, Look], inches: float) -> Scale:
    """For links that are so many inches long."""
    most = max(float(np.nanmax(np.abs(look.carried), initial=0.0)) for look in looks.values())
    reach = reach_of(*(look.multiples for look in looks.values()))
    return Scale(most, reach, float(np.clip(inches / ROOMY, 0.6, 1.0)))


def _panel(axes: Axes, drawn: DrawnNetwork, look: Look, scale: Scale) -> None:
    places = {key: (x, y) for key, x, y in drawn.nodes.select("key", "x", "y").iter_rows()}
    for row, (metabolite, reaction) in enumerate(drawn.links.select("metabolite", "reaction").iter_rows()):
        colour = colour_of(look.multiples[row], scale.reach)
        _link(axes, places[metabolite], places[reaction], float(look.carried[row]), scale, colour)
    small, kinds = drawn.nodes["currency"].to_numpy(), drawn.nodes["kind"].to_numpy()
    for kind, (colour, marker, _) in KINDS.items():
        for faint in (True, False):
            rows = np.flatnonzero((kinds == kind) & (small == faint))
            received = np.clip(np.nan_to_num(look.received[rows], nan=1.0), 0.2, 3.0)
            sizes = scale.size**2 * (np.full(rows.size, 7.0) if faint else 16 + 22 * received)
            points = drawn.nodes[rows].select("x", "y").to_numpy()
            look_of = {
                "marker": marker,
                "alpha": 0.35 if faint else 1.0,
                "edgecolors": "white",
                "linewidths": 0.6,
            }
            axes.scatter(*points.T, s=sizes, c=colour, zorder=3, **look_of)
    _names(axes, drawn, look.received, LETTERS * scale.size)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.04)


def _link(axes: Axes, start: tuple, end: tuple, carried: float, scale: Scale, colour: str) -> None:
    """From the metabolite to the reaction where it is used, the other way where it is made."""
    if carried > 0:
        start, end = end, start
    shape = {"shrinkA": 3 * scale.size, "shrinkB": 4 * scale.size, "color": colour, "zorder": 2}
    if carried == 0 or not np.isfinite(carried):
        dotted = {"linewidth": 0.7, "linestyle": (0, (1.2, 1.6))}
        axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-", **dotted, **shape))
        return
    width = width_of(carried, scale.most) * scale.size
    head = f"-|>,head_length={1.5 + 0.5 * width:.2f},head_width={0.75 + 0.4 * width:.2f}"
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle=head, linewidth=width, mutation_scale=1.4, **shape))


def _names(axes: Axes, drawn: DrawnNetwork, received: Float[np.ndarray, " nodes"], letters: float) -> None:
    """Ids beside the nodes, without the compartment c; of many nodes only some are named, those that receive most."""
    order = np.argsort(-np.nan_to_num(received, nan=0.0), kind="stable")
    shown = [int(row) for row in order if not drawn.nodes["currency"][int(row)]][:MOST_NAMES]
    small = np.flatnonzero(drawn.nodes["currency"].to_numpy()) if drawn.nodes.height <= MOST_NAMES else []
    for row in [*shown, *map(int, small)]:
        kind, name, faint, x, y = drawn.nodes.select("kind", "id", "currency", "x", "y").row(row)
        look: dict[str, Any] = {
            "fontsize": letters - 1.4 * faint,
            "color": QUIET if faint else INK,
            "zorder": 4,
            "path_effects": OUTLINE,
            "style": "italic" if kind == "reaction" else "normal",
        }
        axes.annotate(
            name.removesuffix("_c"),
            (x, y),
            xytext=(0, 3.2 + 1.6 * (not faint)),
            textcoords="offset points",
            ha="center",
            **look,
        )


def _colour_bar(figure: Figure, grid: np.ndarray, reach: float) -> None:
    scale = ScalarMappable(Normalize(-reach, reach), COLOURS)
    where = {"orientation": "horizontal", "shrink": 0.45, "aspect": 34, "pad": 0.01}
    bar = figure.colorbar(scale, ax=grid.ravel().tolist(), **where)
    places, names = ticks_of(reach)
    bar.set_ticks(places, labels=names)
    bar.set_label("attention of a link, multiples of uniform", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)  # pyright: ignore


def _legend(figure: Figure, drawn: DrawnNetwork, most: float) -> None:
    nodes = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=marker,
            color=colour,
            label=f"{kind} ({(drawn.nodes['kind'] == kind).sum()})",
        )
        for kind, (colour, marker, _) in KINDS.items()
    ]
    flows = [
        Line2D([], [], color=QUIET, linewidth=width_of(value, most), label=f"{value:.3g} mmol/gDW/h")
        for value in _levels(most)
    ]
    none = [Line2D([], [], color=QUIET, linewidth=0.9, linestyle=(0, (1.2, 1.6)), label="no flux")]
    figure.legend(
        handles=[*nodes, *flows, *none],
        loc="outside lower center",
        ncols=6,
        fontsize=8,
        columnspacing=1.2,
        handletextpad=0.5,
    )


def _levels(most: float) -> Sequence[float]:
    """Two fluxes to read widths by."""
    return [] if most <= 0 else [most, most / 10]
