"""What a model said of all detections of its test, and how much attention each received."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from analysis import Bootstrap, Estimate, Measure, cluster_estimate
from analysis.assays.parts import tested_splits
from object_persistence.assays.drawn_clips import DrawnClips
from object_persistence.assays.ratio import AttentionRatio
from object_persistence.assays.received import by_layer, layers
from object_persistence.errors import PersistenceError


@dataclass(frozen=True, eq=False)
class Answers:
    """Trials of a run or of a control, and its stored attention, which a baseline has none of."""

    trials: pl.DataFrame
    attention: Mapping[str, np.ndarray] = field(default_factory=dict)
    resamples: int = 999
    permutations: int = 2000

    def part(self, split: str) -> pl.DataFrame:
        """The rows of a split, with their place among all.

        Raises:
            PersistenceError: there are none.
        """
        rows = self.trials.with_row_index("row").filter(split=split)
        if rows.is_empty():
            raise PersistenceError(f"{split}: the run has no detections of this split; evaluate it again")
        return rows

    def ratios(self, split: str) -> dict[str, Estimate]:
        """Attention of persistent detections over that of others by layer, with interval over clips and its null."""
        assay = AttentionRatio(self.permutations, self.resamples)
        return {
            layer: assay.ratio(found, found.persistent, found.transient)
            for layer, found in by_layer(self.part(split), self.attention)
        }

    def by_kind(self, split: str) -> dict[str, dict[str, Estimate]]:
        """What each kind receives, by layer."""
        found: dict[str, dict[str, Estimate]] = {}
        kinds = self.part(split).sort("target", "kind", descending=[True, False], maintain_order=True)
        for layer in layers(self.attention):
            for (kind,), rows in kinds.group_by("kind", maintain_order=True):
                values = self.attention[f"{layer}/received"][rows["row"].to_numpy()].astype(float)
                estimate = cluster_estimate(values, rows["group"].to_numpy(), chance=1.0)
                found.setdefault(layer, {})[str(kind)] = estimate.within(0.0, np.inf)
        return found

    def figures(self, measure: Measure) -> dict[str, Estimate]:
        """A measure of performance on every test split, with an interval over clips."""
        bootstrap = Bootstrap(resamples=self.resamples)
        return {
            split: DrawnClips.of(rows, bootstrap).estimate(measure)
            for split, rows in tested_splits(self.trials)
        }

    def scores(self, split: str) -> dict[str, np.ndarray]:
        """Probabilities by kind, what lasts first."""
        rows = self.part(split).sort("target", "kind", descending=[True, False])
        return {
            str(kind): part["score"].to_numpy()
            for (kind,), part in rows.group_by("kind", maintain_order=True)
        }
