"""The stored attributions of a run: one row per medium and node, read as matrices."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Shaped

from graph_attention.assays.strata import Strata

EXPLAINED_MEDIA = 6
"""Media of each test split: every one costs a linear program per active reaction and metabolite."""
SCORE, TRUTH = "score/", "truth/"


@dataclass(frozen=True, eq=False)
class Explained:
    """Attributions and what they are held against, of the media of one split; NaN where a node has no such truth."""

    split: str
    media: tuple[str, ...]
    groups: Shaped[np.ndarray, " media"]
    nodes: pl.DataFrame
    values: dict[str, Float[np.ndarray, "media nodes"]]

    @classmethod
    def splits(cls, trials: pl.DataFrame) -> "Iterator[Explained]":
        """Each split of a table whose media all have the same nodes in the same order (column `step`)."""
        for (split,), part in trials.sort("item", "step").group_by("split", maintain_order=True):
            yield cls.of(part, str(split))

    @classmethod
    def of(cls, part: pl.DataFrame, split: str) -> "Explained":
        """One split, sorted by medium and node."""
        first = part.filter(pl.col("item") == part["item"][0])
        media = part.group_by("item", maintain_order=True).agg(pl.col("group").first())
        names = [name for name in part.columns if name.startswith((SCORE, TRUTH))]
        values = {
            name: part[name].cast(pl.Float64).fill_null(np.nan).to_numpy().reshape(media.height, -1)
            for name in names
        }
        nodes = first.select("node", "kind", "subsystem", "degree")
        return cls(split, tuple(media["item"].to_list()), media["group"].to_numpy(), nodes, values)

    @property
    def scores(self) -> tuple[str, ...]:
        """Names of the attributions."""
        return tuple(name.removeprefix(SCORE) for name in self.values if name.startswith(SCORE))

    @property
    def truths(self) -> tuple[str, ...]:
        """Names of what they are held against."""
        return tuple(name.removeprefix(TRUTH) for name in self.values if name.startswith(TRUTH))

    def known(self, truth: str) -> Bool[np.ndarray, " nodes"]:
        """Nodes of which it is known in every medium."""
        return np.asarray(np.isfinite(self.values[TRUTH + truth]).all(0))

    def strata(self, chosen: Bool[np.ndarray, " nodes"], permutations: int, seed: int) -> Strata:
        """Chosen nodes that are alike in degree and pathway."""
        alike = self.nodes.filter(pl.Series(chosen))
        columns = (alike[name].to_numpy() for name in ("kind", "degree", "subsystem"))
        return Strata.of(*columns, permutations=permutations, seed=seed)

    def stacked(
        self, scores: tuple[str, ...], chosen: Bool[np.ndarray, " nodes"]
    ) -> Float[np.ndarray, "media scores chosen"]:
        """Several attributions of the chosen nodes."""
        return np.stack([self.values[SCORE + name][:, chosen] for name in scores], 1)

    def scored(self, chosen: Bool[np.ndarray, " nodes"]) -> tuple[str, ...]:
        """The attributions that all chosen nodes have: a flux split says nothing of metabolites."""
        return tuple(s for s in self.scores if not np.isnan(self.values[SCORE + s][:, chosen]).any())
