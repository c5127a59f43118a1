"""A drawn network for a browser: the pointer tells name, formula, flux, attention and shadow price."""

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np
from matplotlib.colors import to_hex

from analysis import Interactive
from analysis.interactive.views import View
from graph_attention.pictures.attended import AttendedNetwork
from graph_attention.pictures.drawn_network import DrawnNetwork
from graph_attention.pictures.links import (
    COLOURS,
    KINDS,
    SMALLEST,
    WIDEST,
    Look,
    colour_of,
    reach_of,
    ticks_of,
    width_of,
)

ALL_LAYERS, ALL_HEADS = "all layers", "all heads"
MOST_WITH_HEADS = 120
"""Of larger networks heads are not shown one by one: a page holds some ten million bytes."""
WIDTHS = 6
"""Links are drawn in so many classes of width, and in nine of colour, a trace for each."""
END = (None, None)


def network_views(drawn: DrawnNetwork, seen: AttendedNetwork, first: str) -> Interactive:
    """One view for each medium, layer and head; the medium `first` is shown at the start."""
    media = sorted(seen.media, key=lambda name: name != first)
    reach = reach_of(*seen.links()[:, drawn.links["link"].to_numpy()])
    views = {
        (medium, *named): network_view(drawn, seen, medium, Look.of(drawn, seen, medium, *chosen), reach)
        for medium in media
        for named, chosen in _choices(drawn, seen).items()
    }
    return Interactive(views, ("medium", "layer", "head"))


def network_view(drawn: DrawnNetwork, seen: AttendedNetwork, medium: str, look: Look, reach: float) -> View:
    """The network in one medium: links by width (flux) and colour (attention), arrows, and nodes by kind."""
    ends = _ends(drawn)
    bare = {"visible": False}
    wide, tall = (float(np.ptp(drawn.nodes[axis].to_numpy())) + 2 for axis in ("x", "y"))
    layout = {
        "xaxis": bare,
        "yaxis": {**bare, "scaleanchor": "x"},
        "legend": {"orientation": "h", "y": 1, "yanchor": "bottom"},
        "hovermode": "closest",
        "height": int(np.clip(900 * tall / wide, 380, 820)),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    }
    traces = [
        *_lines(ends, look, reach),
        _arrows(drawn, ends, look, reach),
        *_nodes(drawn, seen, medium, look),
    ]
    return View(traces, layout)


def _choices(
    drawn: DrawnNetwork, seen: AttendedNetwork
) -> dict[tuple[str, str], tuple[str | None, int | None]]:
    """Layer and head by their names."""
    heads = next(iter(seen.weights.values())).shape[-1]
    shown = range(heads) if heads > 1 and drawn.nodes.height <= MOST_WITH_HEADS else ()
    found: dict[tuple[str, str], tuple[str | None, int | None]] = {(ALL_LAYERS, ALL_HEADS): END}
    for layer in seen.layers:
        found[layer, ALL_HEADS] = (layer, None)
        found |= {(layer, f"head {head + 1}"): (layer, head) for head in shown}
    return found


def _ends(drawn: DrawnNetwork) -> np.ndarray:
    """Places of metabolite and reaction, `[links, 2, 2]`."""
    places = {key: (x, y) for key, x, y in drawn.nodes.select("key", "x", "y").iter_rows()}
    return np.array(
        [(places[m], places[r]) for m, r in drawn.links.select("metabolite", "reaction").iter_rows()]
    )


def _lines(ends: np.ndarray, look: Look, reach: float) -> Iterator[dict[str, Any]]:
    """One trace for each width and colour, without flux a dotted one."""
    most = float(np.abs(look.carried).max(initial=0.0))
    groups: dict[tuple[float, str, str], list[int]] = {}
    for row, carried in enumerate(look.carried):
        width = np.ceil(width_of(carried, most) * WIDTHS / WIDEST) * WIDEST / WIDTHS
        colour = _colour_class(look.multiples[row], reach)
        groups.setdefault((float(width), colour, "solid" if carried else "dot"), []).append(row)
    for (width, colour, dash), rows in sorted(groups.items()):
        x, y = ([v for row in rows for v in (*ends[row, :, axis].tolist(), None)] for axis in (0, 1))
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "line": {"color": colour, "width": round(1.4 * width, 2), "dash": dash},
            "hoverinfo": "skip",
            "showlegend": False,
        }


def _colour_class(multiple: float, reach: float) -> str:
    if not np.isfinite(multiple):
        return colour_of(multiple, reach)
    step = np.clip(np.round(np.log2(max(multiple, SMALLEST)) / reach * 4), -4, 4)
    return colour_of(2.0 ** (float(step) / 4 * reach), reach)


def _arrows(drawn: DrawnNetwork, ends: np.ndarray, look: Look, reach: float) -> dict[str, Any]:
    """A sign in the middle of each link, which points where the flux goes and tells about the link."""
    most, flows = float(np.abs(look.carried).max(initial=0.0)), look.carried != 0
    way = (ends[:, 1] - ends[:, 0]) * np.where(look.carried > 0, -1.0, 1.0)[:, None]
    sizes = [7 + 2.2 * width_of(carried, most) if carried else 4 for carried in look.carried]
    logs = np.log2(np.maximum(np.nan_to_num(look.multiples, nan=1.0), SMALLEST))
    middle = ends.mean(1)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": middle[:, 0],
        "y": middle[:, 1],
        "marker": {
            "symbol": np.where(flows, "arrow", "circle").tolist(),
            "angle": np.round(np.degrees(np.arctan2(way[:, 0], way[:, 1])), 1).tolist(),
            "size": np.round(sizes, 1).tolist(),
            "color": np.round(logs, 2).tolist(),
            "colorscale": [[step / 8, to_hex(COLOURS(step / 8))] for step in range(9)],
            "cmin": -reach,
            "cmax": reach,
            "line": {"width": 0.8, "color": "#ffffff"},
            "colorbar": _bar(reach),
        },
        "text": _link_words(drawn, look),
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
    }


def _bar(reach: float) -> dict[str, Any]:
    """The scale, beneath the network so that a narrow page keeps its width."""
    places, names = ticks_of(reach)
    title = {"text": "attention of a link, multiples of uniform", "side": "bottom"}
    where = {"orientation": "h", "y": 0, "yanchor": "top", "len": 0.7, "thickness": 10, "outlinewidth": 0}
    return {"title": title, "tickvals": places, "ticktext": names, **where}


def _link_words(drawn: DrawnNetwork, look: Look) -> list[str]:
    """What the pointer tells of each link."""
    names = dict(drawn.nodes.select("key", "id").iter_rows())
    told = []
    for row, (metabolite, reaction) in enumerate(drawn.links.select("metabolite", "reaction").iter_rows()):
        carried = float(look.carried[row])
        does = f"{'makes' if carried > 0 else 'uses'} {abs(carried):.4g} mmol/gDW/h" if carried else "no flux"
        seen = f"weight {look.weights[row]:.3g}, {look.multiples[row]:.2f} × uniform"
        told.append("<br>".join([escape(f"{names[metabolite]} – {reaction}"), does, seen]))
    return told


def _nodes(drawn: DrawnNetwork, seen: AttendedNetwork, medium: str, look: Look) -> Iterator[dict[str, Any]]:
    told = node_words(drawn, seen, medium, look)
    small, kinds = drawn.nodes["currency"].to_numpy(), drawn.nodes["kind"].to_numpy()
    for kind, faint in (("metabolite", True), ("metabolite", False), ("reaction", False)):
        rows = np.flatnonzero((kinds == kind) & (small == faint))
        if not rows.size:
            continue
        colour, _, symbol = KINDS[kind]
        sizes = 6 + 4 * np.clip(np.nan_to_num(look.received[rows], nan=1.0), 0.2, 3.0)
        yield {
            "type": "scatter",
            "mode": "markers" if faint or drawn.nodes.height > MOST_WITH_HEADS else "markers+text",
            "name": f"{'currency ' * faint}{kind} ({len(rows)})",
            "x": drawn.nodes["x"].to_numpy()[rows],
            "y": drawn.nodes["y"].to_numpy()[rows],
            "marker": {
                "color": colour,
                "symbol": symbol,
                "size": 5.0 if faint else np.round(sizes, 1).tolist(),
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
