"""The usual questions about stored attention, asked of all layers by one object."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from analysis.errors import AnalysisError
from analysis.estimates import finite
from analysis.patterns.agreement import Agreement, head_agreement
from analysis.patterns.attention import AttentionPattern, WeightedPattern
from analysis.patterns.attention_features import FeatureCorrelation, feature_correlations
from analysis.patterns.change import Change, attention_change, attention_evolution
from analysis.patterns.clusterers import Clusterer, KMeansClusters
from analysis.patterns.clustering import Clustering, cluster_patterns
from analysis.patterns.group_flow import Enrichment, enrichment
from analysis.patterns.grouping import Groups
from analysis.patterns.networks import centrality_table, strongest_pairs
from analysis.patterns.pattern_table import THRESHOLDS, Labels, pattern_table
from analysis.words import by_name, one_of


class AttentionAnalyzer:
    """Layers of attention by name, and the items' groups; every method is one function of this package."""

    def __init__(
        self, layers: Mapping[str, AttentionPattern], groups: Labels | None = None, *, seed: int = 0
    ):
        by_name("layers", layers, "layers of attention")
        if not layers:
            raise AnalysisError("expected at least one layer of attention, got none")
        self.layers, self.groups, self.seed = dict(layers), groups, seed

    def basic_statistics(self, thresholds: Sequence[float] = THRESHOLDS) -> pl.DataFrame:
        """`pattern_table` of all layers."""
        return pattern_table(self.layers, self.groups, thresholds=thresholds)

    def entropy(self) -> pl.DataFrame:
        """The rows of entropy, as it is and normalised."""
        return self.basic_statistics(()).filter(pl.col("statistic").is_in(["entropy", "normalised_entropy"]))

    def sparsity(self, thresholds: Sequence[float] = THRESHOLDS) -> pl.DataFrame:
        """The share of keys below each threshold."""
        rows = self.basic_statistics(thresholds)
        return rows.filter(pl.col("statistic").str.starts_with("below_"))

    def head_agreement(self, layer: str) -> list[Agreement]:
        """`head_agreement` of one layer."""
        return head_agreement(self._layer(layer), self.groups, seed=self.seed)

    def centrality(self, layer: str, names: Sequence[str] | None = None) -> pl.DataFrame:
        """`centrality_table` of one layer."""
        return centrality_table(self._layer(layer), names)

    def strongest_pairs(self, layer: str, head: int = 0, share: float = 0.05) -> pl.DataFrame:
        """`strongest_pairs` of one head."""
        return strongest_pairs(self._layer(layer), head, share)

    def group_patterns(self, layer: str, query_groups: Groups, key_groups: Groups) -> list[Enrichment]:
        """`enrichment` of attention between groups, such as kinds of nodes or pathways."""
        return enrichment(self._layer(layer), query_groups, key_groups)

    def cluster_patterns(self, layer: str, clusterer: Clusterer | None = None) -> Clustering:
        """`cluster_patterns` of what keys receive: one pattern per item and head."""
        received = self._layer(layer).received()
        patterns = received.reshape(-1, received.shape[-1])
        return cluster_patterns(patterns, clusterer or KMeansClusters(), seed=self.seed)

    def feature_correlation(
        self, layer: str, features: Mapping[str, np.ndarray], head: int = 0
    ) -> list[FeatureCorrelation]:
        """`feature_correlations` of what each token receives in one head, averaged over items."""
        received = self._layer(layer).received()[..., head, :]
        mean = received.reshape(-1, received.shape[-1]).mean(0)
        return feature_correlations(mean, features, seed=self.seed)

    def layer_evolution(self) -> list[Change]:
        """`attention_evolution` from layer to layer."""
        return attention_evolution(self.layers, self.groups, seed=self.seed)

    def compare_conditions(
        self, other: "AttentionAnalyzer", names: tuple[str, str] = ("before", "after")
    ) -> dict[str, list[Change]]:
        """`attention_change` of every layer, from this condition to the other.

        Raises:
            AnalysisError: the other has other layers.
        """
        if set(self.layers) != set(other.layers):
            raise AnalysisError(
                f"expected the layers {', '.join(self.layers)}, got {', '.join(other.layers)}"
            )
        return {
            name: attention_change(layer, other.layers[name], self.groups, names=names, seed=self.seed)
            for name, layer in self.layers.items()
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain statistics of all layers, and agreement of heads where weights were stored: the same bytes always."""
        weighted = [name for name, layer in self.layers.items() if isinstance(layer, WeightedPattern)]
        agreements = {name: [each.to_dict() for each in self.head_agreement(name)] for name in weighted}
        return finite({"statistics": self.basic_statistics().to_dicts(), "head_agreement": agreements})

    def report(self) -> str:
        """The same in lines of text, one per layer, head and statistic."""
        return "\n".join(map(_line, self.basic_statistics().iter_rows(named=True)))

    def _layer(self, name: str) -> AttentionPattern:
        one_of("layer", name, self.layers)
        return self.layers[name]


def _line(row: dict[str, Any]) -> str:
    place = f"{row['layer']}, head {row['head']}, {row['statistic']}"
    if row["mean"] is None:
        return f"{place}: {row['how']}"
    interval = "no interval" if row["low"] is None else f"[{row['low']:.3g}, {row['high']:.3g}]"
    missing = f", {row['missing']} rows have none" if row["missing"] else ""
    return f"{place}: {row['mean']:.3g} {interval}, n = {row['n']}{missing}"
