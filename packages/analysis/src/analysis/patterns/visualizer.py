"""The usual pictures of stored attention."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import sparse

from analysis.errors import AnalysisError
from analysis.patterns.attention import AttentionPattern
from analysis.patterns.networks import mean_graph, strongest_pairs
from analysis.patterns.pattern_table import head_estimate
from analysis.style import ARMS, INK, QUIET, house_style

LARGEST = 1000
"""A matrix with more rows or columns is averaged in blocks before it is drawn."""
KIND_COLOURS = {"metabolite": "#D62728", "reaction": "#1F77B4"}
KIND_SHAPES = ("o", "s", "^", "D", "v", "P")


class AttentionVisualizer:
    """Layers of attention by name, drawn as matplotlib figures; items are averaged."""

    def __init__(self, layers: Mapping[str, AttentionPattern], *, colours: str = "viridis"):
        if not layers:
            raise AnalysisError("expected at least one layer of attention, got none")
        self.layers, self.colours = dict(layers), colours

    def heat_map(self, layer: str, head: int = 0, names: Sequence[str] | None = None) -> Figure:
        """One head as a matrix; averaged in blocks, and said so, where it is larger than the page."""
        pooled, block = _pooled(mean_graph(self.layers[layer], head))
        with house_style():
            figure = Figure(figsize=(6.4, 5.6), layout="constrained")
            axes = figure.add_subplot()
            drawn = axes.imshow(pooled, cmap=self.colours, aspect="auto", interpolation="nearest")
            label = "attention" if block == 1 else f"attention, mean of {block} × {block}"
            figure.colorbar(drawn, ax=axes, label=label).outline.set_visible(False)  # pyright: ignore
            axes.set(xlabel="key", ylabel="query", title=f"{layer}, head {head}")
            if names is not None and block == 1 and len(names) == pooled.shape[1]:
                axes.set_xticks(range(len(names)), names, rotation=90)
        return figure

    def network(
        self, layer: str, head: int = 0, *, kinds: Sequence[str] | None = None, share: float = 0.05
    ) -> Figure:
        """The strongest pairs as a network; colour and shape tell the kinds of tokens apart.

        Raises:
            AnalysisError: queries and keys are not the same tokens, or not one kind per token.
        """
        import networkx

        tokens = self.layers[layer].shape[-1]
        kinds = ["token"] * tokens if kinds is None else list(kinds)
        if self.layers[layer].shape[-2] != tokens or len(kinds) != tokens:
            raise AnalysisError(f"expected the same {tokens} tokens as queries, and one kind for each")
        pairs = strongest_pairs(self.layers[layer], head, share)
        graph = networkx.DiGraph()
        graph.add_weighted_edges_from(pairs.select("key", "query", "weight").iter_rows())
        place = networkx.spring_layout(graph, seed=0)
        with house_style():
            figure = Figure(figsize=(6.4, 6.0), layout="constrained")
            axes = figure.add_subplot()
            _draw_edges(axes, pairs.rows(), place)
            _draw_nodes(axes, place, kinds)
            axes.set_axis_off()
            axes.set_title(f"{layer}, head {head}: the strongest {share:.0%} of pairs")
            figure.legend(loc="outside lower center", ncols=4)
        return figure

    def distribution(self, layer: str, statistic: str = "normalised_entropy") -> Figure:
        """A histogram of a row statistic, one line per head.

        Raises:
            AnalysisError: there is no such statistic, or it could not be had from what was stored.
        """
        values = self._statistic(layer, statistic)
        with house_style():
            figure = Figure(figsize=(6.4, 3.6), layout="constrained")
            axes = figure.add_subplot()
            for head, colour in zip(range(values.shape[-2]), ARMS * values.shape[-2], strict=False):
                known = values[..., head, :][~np.isnan(values[..., head, :])]
                axes.hist(
                    known, bins=30, histtype="step", color=colour, label=f"head {head} (n = {known.size})"
                )
            axes.set(xlabel=statistic.replace("_", " "), ylabel="queries", title=layer)
            figure.legend(loc="outside right upper")
        return figure

    def layer_evolution(self, statistic: str = "normalised_entropy") -> Figure:
        """A row statistic from layer to layer, one line per head with its interval over items."""
        values = {name: self._statistic(name, statistic) for name in self.layers}
        with house_style():
            figure = Figure(figsize=(6.4, 3.6), layout="constrained")
            axes = figure.add_subplot()
            for head in range(min(layer.heads for layer in self.layers.values())):
                found = [head_estimate(each[..., head, :]) for each in values.values()]
                middle = [each.value for each in found]
                axes.plot(range(len(found)), middle, "o-", color=ARMS[head % len(ARMS)], label=f"head {head}")
                low, high = [each.low for each in found], [each.high for each in found]
                axes.vlines(range(len(found)), low, high, color=ARMS[head % len(ARMS)])
            axes.set_xticks(range(len(values)), list(values))
            axes.set_ylabel(f"{statistic.replace('_', ' ')}, mean and 95 % interval")
            figure.legend(loc="outside right upper")
        return figure

    def compare_conditions(
        self,
        other: "AttentionVisualizer",
        layer: str,
        head: int = 0,
        names: tuple[str, str] = ("before", "after"),
    ) -> Figure:
        """One head in two conditions side by side on one scale, and their difference.

        Raises:
            AnalysisError: the two are of other queries and keys.
        """
        sizes = [each.layers[layer].shape[-2:] for each in (self, other)]
        if sizes[0] != sizes[1]:
            raise AnalysisError(f"expected conditions of the same tokens, got {sizes[0]} and {sizes[1]}")
        sides = [_pooled(mean_graph(each.layers[layer], head))[0] for each in (self, other)]
        top, gap = max(side.max() for side in sides), sides[1] - sides[0]
        with house_style():
            figure = Figure(figsize=(11.0, 3.8), layout="constrained")
            axes = figure.subplots(1, 3)
            for place, side, name in zip(axes, sides, names, strict=False):
                drawn = place.imshow(side, cmap=self.colours, vmin=0, vmax=top, aspect="auto")
                place.set(title=name, xlabel="key", ylabel="query")
            figure.colorbar(drawn, ax=axes[:2], label="attention")
            most = max(float(np.abs(gap).max()), np.finfo(float).tiny)
            drawn = axes[2].imshow(gap, cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto")
            axes[2].set(title=f"{names[1]} − {names[0]}", xlabel="key")
            figure.colorbar(drawn, ax=axes[2], label="difference")
        return figure

    def _statistic(self, layer: str, statistic: str) -> np.ndarray:
        found = self.layers[layer].row_statistics()
        if statistic not in found:
            raise AnalysisError(f"no statistic {statistic}; there are {', '.join(found)}")
        if np.isnan(found[statistic]).all():
            raise AnalysisError(
                f"{layer}: {self.layers[layer].gaps.get(statistic, 'no query attends anything')}"
            )
        return found[statistic]


def _pooled(graph: sparse.csr_array) -> tuple[np.ndarray, int]:
    """Means over square blocks, so that no side is longer than the page has room for."""
    shape: tuple[int, int] = graph.shape  # pyright: ignore
    pairs, block = graph.tocoo(), -(-max(shape) // LARGEST)
    sizes = [np.diff(np.append(np.arange(0, side, block), side)) for side in shape]
    places = pairs.row // block, pairs.col // block
    sums = sparse.csr_array((pairs.data, places), shape=(sizes[0].size, sizes[1].size)).toarray()
    return sums / np.outer(sizes[0], sizes[1]), block


def _draw_edges(axes: Axes, pairs: list[tuple], place: Mapping) -> None:
    top = max(weight for _, _, weight in pairs)
    for query, key, weight in pairs:
        ends = np.array([place[key], place[query]])
        axes.plot(
            *ends.T, color=INK, linewidth=0.3 + 2.2 * weight / top, alpha=0.2 + 0.6 * weight / top, zorder=1
        )


def _draw_nodes(axes: Axes, place: Mapping, kinds: list[str]) -> None:
    for number, kind in enumerate(sorted({kinds[node] for node in place})):
        ends = np.array([where for node, where in place.items() if kinds[node] == kind])
        colour = KIND_COLOURS.get(kind, ARMS[(number + 1) % len(ARMS)])
        shape = KIND_SHAPES[number % len(KIND_SHAPES)]
        axes.scatter(
            *ends.T, s=70, c=colour, marker=shape, edgecolors=QUIET, label=f"{kind} ({len(ends)})", zorder=2
        )
