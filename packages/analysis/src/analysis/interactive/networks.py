"""Attention as a network whose nodes tell their names."""

from collections.abc import Sequence
from typing import Any

import networkx
import numpy as np
import polars as pl

from analysis.errors import AnalysisError
from analysis.figures.style import ARMS
from analysis.interactive.labels import worded
from analysis.interactive.views import View

KINDS = {"metabolite": ("#D62728", "circle"), "reaction": ("#1F77B4", "square")}
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
WIDTHS = (0.6, 1.4, 2.6, 4.0)
"""Edges are drawn in four classes of weight, a line each."""


def network_view(
    edges: pl.DataFrame,
    *,
    kinds: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    strongest: int = 200,
    seed: int = 0,
) -> View:
    """The strongest edges from query to key; kinds of nodes differ by colour and shape, the pointer names them.

    `edges` has the columns query, key and weight (`strongest_pairs`); `kinds` and `names` have one entry per token.

    Raises:
        AnalysisError: no edges, a column is missing, or a token has no kind or name.
    """
    if missing := [name for name in ("query", "key", "weight") if name not in edges.columns]:
        raise AnalysisError(f"expected edges with query, key and weight; missing {', '.join(missing)}")
    if not edges.height:
        raise AnalysisError("expected edges to draw, got none")
    drawn = edges.sort("weight", "query", "key", descending=[True, False, False]).head(strongest)
    tokens = int(max(drawn["query"].max(), drawn["key"].max())) + 1  # pyright: ignore
    kinds = ["token"] * tokens if kinds is None else list(kinds)
    names = [str(number) for number in range(len(kinds))] if names is None else list(names)
    if min(len(kinds), len(names)) < tokens:
        raise AnalysisError(
            f"expected one kind and name for each of {tokens} tokens, got {len(kinds)} and {len(names)}"
        )
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from(drawn.select("query", "key", "weight").iter_rows())
    places = networkx.spring_layout(graph, seed=seed)
    bare = {"visible": False}
    layout = {
        "xaxis": bare,
        "yaxis": {**bare, "scaleanchor": "x"},
        "legend": {"orientation": "h", "y": 0, "yanchor": "top"},
        "hovermode": "closest",
        "title": {"text": f"the {drawn.height:,} strongest of {edges.height:,} edges", "font": {"size": 13}},
        "height": 560,
    }
    return View([*_edges(drawn, places), *_nodes(drawn, places, kinds, names)], layout)


def _edges(drawn: pl.DataFrame, places: dict) -> list[dict[str, Any]]:
    weights = drawn["weight"].to_numpy()
    classes = np.minimum((weights / weights.max() * len(WIDTHS)).astype(int), len(WIDTHS) - 1)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": _ends(drawn.filter(classes == number), places, 0),
            "y": _ends(drawn.filter(classes == number), places, 1),
            "line": {"color": "rgba(127,127,127,0.5)", "width": width},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for number, width in enumerate(WIDTHS)
    ]


def _ends(edges: pl.DataFrame, places: dict, axis: int) -> list[float | None]:
    pairs = edges.select("query", "key").iter_rows()
    return [
        value
        for query, key in pairs
        for value in (float(places[query][axis]), float(places[key][axis]), None)
    ]


def _nodes(drawn: pl.DataFrame, places: dict, kinds: list[str], names: list[str]) -> list[dict[str, Any]]:
    received = dict(drawn.group_by("key").agg(pl.col("weight").sum()).iter_rows())
    traces = []
    for number, kind in enumerate(sorted({kinds[node] for node in places})):
        nodes = sorted(node for node in places if kinds[node] == kind)
        colour, shape = KINDS.get(kind, (ARMS[(number + 1) % len(ARMS)], SHAPES[number % len(SHAPES)]))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": worded(f"{kind} ({len(nodes)})"),
                "x": [float(places[node][0]) for node in nodes],
                "y": [float(places[node][1]) for node in nodes],
                "marker": {
                    "color": colour,
                    "symbol": shape,
                    "size": 12,
                    "line": {"width": 1, "color": "#ffffff"},
                },
                "text": [
                    f"{worded(names[node])}<br>{worded(kind)}<br>receives {received.get(node, 0.0):.4g}"
                    for node in nodes
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return traces
