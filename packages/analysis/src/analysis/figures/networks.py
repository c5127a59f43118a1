"""Attention as a network of its strongest edges."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from analysis.errors import AnalysisError
from analysis.figures.parts import MARKERS, words
from analysis.figures.style import ARMS, INK, PAGE, SMALL, house_style

KINDS = {"metabolite": ("#D62728", "o"), "reaction": ("#1F77B4", "s")}
"""Colour and shape of the kinds that have their own; others take the next of the house."""
MOST_NAMES = 30
"""Of more nodes only those that receive most are named."""

Places = Mapping[int, np.ndarray]


def attention_network(
    edges: pl.DataFrame,
    *,
    kinds: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    strongest: int = 60,
    seed: int = 0,
) -> Figure:
    """Draw the strongest edges as arrows from query to key; kinds of nodes differ by colour and by shape.

    `edges` has the columns query, key and weight (`strongest_pairs`); `kinds` and `names` have one entry per token.
    Nodes are as large as what they receive here; one that attends to itself has a ring.

    Raises:
        AnalysisError: no edges, a column is missing, or a token has no kind or name.
    """
    drawn, total = _strongest(edges, strongest), edges.height
    tokens = int(max(drawn["query"].max(), drawn["key"].max())) + 1  # pyright: ignore
    kinds = ["token"] * tokens if kinds is None else list(kinds)
    names = list(map(str, range(len(kinds)))) if names is None else list(names)
    if min(len(kinds), len(names)) < tokens:
        raise AnalysisError(
            f"expected a kind and a name for each of {tokens} tokens, got {len(kinds)} and {len(names)}"
        )
    places = _layout(drawn, seed)
    received = dict(drawn.group_by("key").agg(pl.col("weight").sum()).iter_rows())
    with house_style():
        figure = Figure(figsize=(PAGE, 6.2), layout="constrained")
        axes = figure.add_subplot()
        _arrows(axes, drawn, places)
        _nodes(axes, places, kinds, received)
        left_out = _names(axes, places, names, received)
        axes.set_axis_off()
        axes.margins(0.08)
        axes.set_title(f"the {drawn.height:,} strongest of {total:,} edges{left_out}", fontsize=9.5)
        figure.legend(loc="outside lower center", ncols=4)
    return figure


def _strongest(edges: pl.DataFrame, count: int) -> pl.DataFrame:
    if missing := [name for name in ("query", "key", "weight") if name not in edges.columns]:
        raise AnalysisError(f"expected edges with query, key and weight; missing {', '.join(missing)}")
    if not edges.height or count < 1:
        raise AnalysisError(f"expected edges to draw, got {min(edges.height, count)}")
    return edges.sort("weight", "query", "key", descending=[True, False, False]).head(count)


def _layout(edges: pl.DataFrame, seed: int) -> Places:
    """Force-directed (Fruchterman & Reingold 1991), the same for the same seed."""
    import networkx

    graph = networkx.Graph()
    nodes = sorted({*edges["query"], *edges["key"]})
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges.select("query", "key").iter_rows(), weight=1.0)
    graph.add_edges_from(((-1, node) for node in nodes), weight=0.15)  # so that no part flies off the page
    spread = 3.0 / np.sqrt(len(nodes))
    places = networkx.spring_layout(graph, seed=seed, k=spread, iterations=300)
    return {node: places[node] for node in nodes}


def _arrows(axes: Axes, edges: pl.DataFrame, places: Places) -> None:
    top = max(edges["weight"].max(), np.finfo(float).tiny)  # pyright: ignore
    for query, key, weight in edges.select("query", "key", "weight").iter_rows():
        if query == key:
            axes.plot(*places[key], "o", markersize=15, markerfacecolor="none", color=INK, alpha=0.5)
            continue
        look = {"linewidth": 0.5 + 2.0 * weight / top, "alpha": 0.25 + 0.55 * weight / top, "color": INK}
        shape = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 5, "shrinkB": 6}
        axes.add_patch(
            FancyArrowPatch(
                tuple(places[query]), tuple(places[key]), connectionstyle="arc3,rad=0.08", **shape, **look
            )
        )


def _nodes(axes: Axes, places: Places, kinds: list[str], received: Mapping[int, float]) -> None:
    most = max(received.values())
    for number, kind in enumerate(sorted({kinds[node] for node in places})):
        nodes = [node for node in places if kinds[node] == kind]
        ends = np.array([places[node] for node in nodes])
        sizes = [40 + 110 * received.get(node, 0.0) / most for node in nodes]
        colour, shape = KINDS.get(
            kind, (ARMS[(number + 3) % len(ARMS)], MARKERS[(number + 2) % len(MARKERS)])
        )
        axes.scatter(
            *ends.T,
            s=sizes,
            c=colour,
            marker=shape,
            edgecolors="white",
            label=f"{words(kind)} ({len(nodes)})",
            zorder=2,
        )


def _names(axes: Axes, places: Places, names: list[str], received: Mapping[int, float]) -> str:
    """Write them beside the nodes; says how many have none."""
    order = sorted(places, key=lambda node: (-received.get(node, 0.0), node))
    for node in order[:MOST_NAMES]:
        beside = {"xytext": (5, 4), "textcoords": "offset points", "fontsize": SMALL}
        axes.annotate(names[node], tuple(places[node]), **beside, zorder=3)
    return "" if len(order) <= MOST_NAMES else f"; the {MOST_NAMES} nodes that receive most are named"
