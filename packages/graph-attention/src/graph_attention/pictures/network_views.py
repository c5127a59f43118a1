"""A drawn network for a browser: the pointer tells name, formula, flux, attention and shadow price."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from analysis import Interactive
from analysis.interactive.views import View
from graph_attention.pictures.attended import AttendedNetwork
from graph_attention.pictures.drawn_network import DrawnNetwork
from graph_attention.pictures.links import COLOURS, KINDS, STEPS, Look, colour_of, width_of

ALL_LAYERS, ALL_HEADS = "all layers", "all heads"
MOST_WITH_HEADS = 120
"""Of larger networks heads are not shown one by one: a page holds some ten million bytes."""
BAR = {
    "title": {"text": "attention, × uniform", "side": "right"},
    "tickvals": [-2, -1, 0, 1, 2],
    "ticktext": ["¼", "½", "1", "2", "4"],
    "thickness": 10,
    "len": 0.6,
    "outlinewidth": 0,
}
CLASSES = 6
"""Links are drawn in so many classes of width, a line each for every colour."""


def network_views(drawn: DrawnNetwork, seen: AttendedNetwork, first: str) -> Interactive:
    """One view for each medium, layer and head; the medium `first` is shown at the start."""
    media = sorted(seen.media, key=lambda name: name != first)
    heads = next(iter(seen.weights.values())).shape[-1]
    shown = range(heads) if heads > 1 and drawn.nodes.height <= MOST_WITH_HEADS else ()
    choices: dict[tuple[str, str], tuple[str | None, int | None]] = {(ALL_LAYERS, ALL_HEADS): (None, None)}
    for layer in seen.layers:
        choices[layer, ALL_HEADS] = (layer, None)
        choices |= {(layer, f"head {head + 1}"): (layer, head) for head in shown}
    views = {
        (medium, *named): network_view(drawn, seen, medium, Look.of(drawn, seen, medium, *chosen))
        for medium in media
        for named, chosen in choices.items()
    }
    return Interactive(views, ("medium", "layer", "head"))


def network_view(drawn: DrawnNetwork, seen: AttendedNetwork, medium: str, look: Look) -> View:
    """The network in one medium: links by width (flux) and colour (attention), arrows, and nodes by kind."""
    places = {key: (x, y) for key, x, y in drawn.nodes.select("key", "x", "y").iter_rows()}
    ends = [(places[m], places[r]) for m, r in drawn.links.select("metabolite", "reaction").iter_rows()]
    bare = {"visible": False}
    wide, tall = (float(np.ptp(drawn.nodes[axis].to_numpy())) + 2 for axis in ("x", "y"))
    layout = {
        "xaxis": bare,
        "yaxis": {**bare, "scaleanchor": "x"},
        "legend": {"orientation": "h", "y": 0, "yanchor": "top"},
        "hovermode": "closest",
        "height": int(np.clip(900 * tall / wide, 380, 820)),
        "margin": {"l": 8, "r": 8, "t": 8},
    }
    return View([*_lines(ends, look), _arrows(drawn, ends, look), *_nodes(drawn, seen, medium, look)], layout)


def _lines(ends: Sequence[tuple], look: Look) -> Iterator[dict[str, Any]]:
    """One trace for each width and colour, without flux a dotted one."""
    most = float(np.abs(look.carried).max(initial=0.0))
    groups: dict[tuple[float, str, str], list[int]] = {}
    for row, carried in enumerate(look.carried):
        width = round(width_of(carried, most) * CLASSES / 4.2) * 4.2 / CLASSES
        groups.setdefault(
            (max(width, 0.7), _colour_class(look.multiples[row]), "solid" if carried else "dot"), []
        ).append(row)
    for (width, colour, dash), rows in sorted(groups.items()):
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": [x for row in rows for x in (ends[row][0][0], ends[row][1][0], None)],
            "y": [y for row in rows for y in (ends[row][0][1], ends[row][1][1], None)],
            "line": {"color": colour, "width": round(1.4 * width, 2), "dash": dash},
            "hoverinfo": "skip",
            "showlegend": False,
        }


def _colour_class(multiple: float) -> str:
    """Of nine, so that there are few lines."""
    steps = np.clip(np.round(np.log2(max(multiple, 2.0**-9)) * 2), -4, 4) if np.isfinite(multiple) else 0.0
    return colour_of(2.0 ** (steps / 2))


def _arrows(drawn: DrawnNetwork, ends: Sequence[tuple], look: Look) -> dict[str, Any]:
    """A sign in the middle of each link, which points where the flux goes and tells about the link."""
    middle, turned, told = [], [], []
    names = dict(drawn.nodes.select("key", "id").iter_rows())
    most = float(np.abs(look.carried).max(initial=0.0))
    for row, ((mx, my), (rx, ry)) in enumerate(ends):
        carried = float(look.carried[row])
        up = -1.0 if carried > 0 else 1.0
        middle.append(((mx + rx) / 2, (my + ry) / 2))
        turned.append(round(float(np.degrees(np.arctan2(up * (rx - mx), up * (ry - my)))), 1))
        metabolite, reaction = drawn.links.row(row)[:2]
        does = (
            "no flux"
            if carried == 0
            else f"{'makes' if carried > 0 else 'uses'} {abs(carried):.4g} mmol/gDW/h"
        )
        told.append(
            f"{escape(f'{names[metabolite]} – {reaction}')}<br>{does}<br>weight {look.weights[row]:.3g}, "
            f"{look.multiples[row]:.2f} × uniform"
        )
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _ in middle],
        "y": [y for _, y in middle],
        "marker": {
            "symbol": ["arrow" if carried else "circle" for carried in look.carried],
            "angle": turned,
            "size": [
                round(7 + 2.2 * width_of(carried, most), 1) if carried else 4 for carried in look.carried
            ],
            "color": np.round(
                np.log2(np.clip(np.nan_to_num(look.multiples, nan=1.0), 0.25, 4.0)), 2
            ).tolist(),
            "colorscale": [[step / 8, to_hex(COLOURS(step / 8))] for step in range(9)],
            "cmin": -STEPS,
            "cmax": STEPS,
            "line": {"width": 0.8, "color": "#ffffff"},
            "colorbar": BAR,
        },
        "text": told,
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
    }


def _nodes(drawn: DrawnNetwork, seen: AttendedNetwork, medium: str, look: Look) -> Iterator[dict[str, Any]]:
    told = node_words(drawn, seen, medium, look)
    small, kinds = drawn.nodes["currency"].to_numpy(), drawn.nodes["kind"].to_numpy()
    for kind, faint in (("metabolite", True), ("metabolite", False), ("reaction", False)):
        rows = np.flatnonzero((kinds == kind) & (small == faint))
        if not rows.size:
            continue
        colour, _, symbol = KINDS[kind]
        sizes = 5.0 if faint else 6 + 4 * np.clip(np.nan_to_num(look.received[rows], nan=1.0), 0.2, 3.0)
        yield {
            "type": "scatter",
            "mode": "markers" if faint or drawn.nodes.height > MOST_WITH_HEADS else "markers+text",
            "name": f"{'currency ' * faint}{kind} ({len(rows)})",
            "x": drawn.nodes["x"].to_numpy()[rows],
            "y": drawn.nodes["y"].to_numpy()[rows],
            "marker": {
                "color": colour,
                "symbol": symbol,
                "size": np.round(sizes, 1).tolist(),
                "opacity": 0.4 if faint else 1.0,
                "line": {"width": 1, "color": "#ffffff"},
            },
            "text": [] if faint else [escape(drawn.nodes["id"][int(row)].removesuffix("_c")) for row in rows],
            "textposition": "top center",
            "textfont": {"size": 9},
            "customdata": [told[row] for row in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
        }


def node_words(drawn: DrawnNetwork, seen: AttendedNetwork, medium: str, look: Look) -> list[str]:
    """What the pointer tells of each node."""
    at = seen.medium(medium)
    return [
        "<br>".join(
            [
                *(_metabolite_words if kind == "metabolite" else _reaction_words)(seen, at, index),
                _received(look, row),
            ]
        )
        for row, (kind, index) in enumerate(drawn.nodes.select("kind", "index").iter_rows())
    ]


def _metabolite_words(seen: AttendedNetwork, at: int, index: int) -> list[str]:
    name, title, formula = seen.graph.metabolites.select("id", "name", "formula").row(index)
    words = [f"<b>{escape(name)}</b>", escape(title), escape(formula or "formula unknown")]
    through = float(np.abs(seen.graph.stoichiometry[[index]].toarray()[0] * seen.flux[at]).sum() / 2)
    words.append(f"turnover {through:.4g} mmol/gDW/h")
    if seen.shadow_price is not None:
        words.append(f"shadow price {seen.shadow_price[at, index]:.4g} gDW/mmol")
    return words


def _reaction_words(seen: AttendedNetwork, at: int, index: int) -> list[str]:
    name, title, subsystem = seen.graph.reactions.select("id", "name", "subsystem").row(index)
    words = [f"<b>{escape(name)}</b>", escape(title), escape(subsystem or "unassigned")]
    words.append(f"flux {seen.flux[at, index]:.4g} mmol/gDW/h")
    if seen.predicted is not None:
        words.append(f"predicted {seen.predicted[at, index]:.4g}")
    return words


def _received(look: Look, row: int) -> str:
    received = look.received[row]
    return "receives nothing" if not np.isfinite(received) else f"receives {received:.2f} × uniform"
