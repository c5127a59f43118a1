"""The usual pictures of stored attention."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from analysis.errors import AnalysisError
from analysis.figures.along import layer_evolution
from analysis.figures.distributions import step_histograms
from analysis.figures.matrices import conditions_side_by_side, heat_map
from analysis.figures.networks import attention_network
from analysis.patterns.attention import AttentionPattern
from analysis.patterns.networks import mean_graph, strongest_pairs
from analysis.patterns.pattern_table import head_estimate
from analysis.words import by_name, one_of


class AttentionVisualizer:
    """Layers of attention by name, drawn as matplotlib figures; items are averaged."""

    def __init__(self, layers: Mapping[str, AttentionPattern], *, colours: str = "viridis"):
        by_name("layers", layers, "layers of attention")
        if not layers:
            raise AnalysisError("expected at least one layer of attention, got none")
        self.layers, self.colours = dict(layers), colours

    def heat_map(self, layer: str, head: int = 0, names: Sequence[str] | None = None) -> Figure:
        """One head as a matrix; averaged in blocks, and said so, where it is larger than the page."""
        graph, named = mean_graph(self._layer(layer), head), list(names or ())
        rows = named if len(named) == self._layer(layer).shape[-2] else []
        figure = heat_map(
            graph, label="attention", rows=rows, columns=named, x="key", y="query", colours=self.colours
        )
        return _titled(figure, f"{layer}, head {head}")

    def network(
        self,
        layer: str,
        head: int = 0,
        *,
        kinds: Sequence[str] | None = None,
        names: Sequence[str] | None = None,
        share: float = 0.05,
    ) -> Figure:
        """The strongest pairs as a network; colour and shape tell the kinds of tokens apart.

        Raises:
            AnalysisError: queries and keys are not the same tokens, or not one kind per token.
        """
        tokens = self._layer(layer).shape[-1]
        if self._layer(layer).shape[-2] != tokens or len(kinds or range(tokens)) != tokens:
            raise AnalysisError(f"expected the same {tokens} tokens as queries, and one kind for each")
        pairs = strongest_pairs(self._layer(layer), head, share)
        figure = attention_network(pairs, kinds=kinds, names=names, strongest=pairs.height)
        return _titled(figure, f"{layer}, head {head}, the largest {share:.0%} of weights")

    def distribution(self, layer: str, statistic: str = "normalised_entropy") -> Figure:
        """A histogram of a row statistic, one beneath the other by head.

        Raises:
            AnalysisError: there is no such statistic, or it could not be had from what was stored.
        """
        values = self._statistic(layer, statistic)
        by_head = {f"head {head}": values[..., head, :].ravel() for head in range(values.shape[-2])}
        return _titled(step_histograms(by_head, label=statistic.replace("_", " "), y=""), layer)

    def layer_evolution(self, statistic: str = "normalised_entropy") -> Figure:
        """A row statistic from layer to layer, one line per head with its interval over items."""
        values = {name: self._statistic(name, statistic) for name in self.layers}
        lines = {
            f"head {head}": {name: head_estimate(each[..., head, :]) for name, each in values.items()}
            for head in range(min(layer.heads for layer in self.layers.values()))
        }
        return layer_evolution(lines, label=f"{statistic.replace('_', ' ')}, mean and 95 % interval")

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
        sides = [mean_graph(each._layer(layer), head) for each in (self, other)]
        return conditions_side_by_side(dict(zip(names, sides, strict=True)), colours=self.colours)

    def _layer(self, name: str) -> AttentionPattern:
        one_of("layer", name, self.layers)
        return self.layers[name]

    def _statistic(self, layer: str, statistic: str) -> np.ndarray:
        found = self._layer(layer).row_statistics()
        one_of("statistic", statistic, found)
        if np.isnan(found[statistic]).all():
            raise AnalysisError(
                f"{layer}: {self.layers[layer].gaps.get(statistic, 'no query attends anything')}"
            )
        return found[statistic]


def _titled(figure: Figure, title: str) -> Figure:
    """Put a title before the one that a figure has."""
    axes = figure.axes[0]
    own = axes.get_title(loc="left")
    axes.set_title(f"{title}: {own}" if own else title, loc="left")
    return figure
