"""Whether the edges that are attended are those that matter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from jaxtyping import Float, Shaped

from analysis import (
    AssayOfAttention,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    cluster_estimate,
    faithfulness,
)

OUTPUTS = {"flux": ("flux_r2", 1.0), "growth": ("growth_error", -1.0), "split": ("split_tv_dependent", -1.0)}
"""What is held against the truth, and the column that tells how well, with a sign that makes larger better."""
CELLS = {"chance": 0.0, "cells": ("output", "share"), "apart": ("output",)}
DELETION = Measure("deletion_effect", **CELLS)
KEEPING = Measure("keeping_effect", **CELLS)
LINES = {"top": "most attended", "random": "random"}
KEPT_LINES = {"keep": "most attended", "keep_random": "random"}


@dataclass(frozen=True)
class FaithfulAttention(AssayOfAttention):
    """How much worse fluxes and growth are without the most attended edges than without as many random ones.

    Outputs are the r² of a medium's fluxes with those of FBA, minus the absolute error of growth (1/h), and minus the
    distance of condition-dependent splits. Every node loses, or keeps, the same share of its neighbours in every
    layer. The effect is signed so that attention to what matters is above 0 in both (DeYoung et al. 2020, over
    chance). The interval is over media clustered by what was held out, the null flips the signs of whole clusters.
    """

    name = "faithfulness"
    version = 2
    question = "Do growth, fluxes and flux splits rest on the edges that are attended?"
    measures = (DELETION, KEEPING)
    controls = ("deletion",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By output and share of the neighbours."""
        trials = controls["deletion"].trials()
        figures: list[Finding] = []
        arrays: dict[str, np.ndarray] = {}
        for output in OUTPUTS:
            found = Restricted.of(trials, output)
            for place, share in enumerate(found.shares):
                figures += found.effects(place, {"output": output, "share": share})
            arrays |= {f"{output}/{name}": each for name, each in found.curves().items()}
        draws = trials.filter(pl.col("which") == "random")["draw"].n_unique()
        media = trials["item"].n_unique()
        notes = [f"faithfulness: {media} media that grow, {draws} draws of random edges"]
        for output, (column, _) in OUTPUTS.items():
            if lost := media - known(trials, column)["item"].n_unique():
                notes.append(
                    f"faithfulness of {output}: {lost} of {media} media left out, where there is no {column}"
                )
        return Findings(tuple(figures), arrays, tuple(notes))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """What is left of an output when edges are closed, or only they are open."""
        from analysis.figures import deletion_curves  # matplotlib is slow to import

        labels = {
            "flux": "r² of fluxes within a medium",
            "growth": "− |error of growth| (1/h)",
            "split": "− total variation of condition-dependent splits",
        }
        for arm, runs in found.items():
            kept = [each.arrays for each in runs if "flux/shares" in each.arrays]
            for first, (output, label) in product(kept[:1], labels.items()):
                panels = {
                    "closed": {words: line(first, output, which) for which, words in LINES.items()},
                    "only these open": {words: line(first, output, w) for w, words in KEPT_LINES.items()},
                }
                intact = estimate(first[f"{output}/intact"][0])
                yield Drawing(
                    f"faithfulness-{output}-{arm}",
                    deletion_curves(panels, label=label, intact=intact, x="share of each node's neighbours"),
                    f"{arm}, first network: {label} without the most attended edges, and with only those.",
                    "Curves over the share of each node's neighbours.",
                    "As many random edges of the same nodes, closed or left open.",
                )


@dataclass(frozen=True)
class Restricted:
    """One output of every medium, by which edges were left; the larger the better."""

    groups: Shaped[np.ndarray, " media"]
    shares: list[float]
    intact: Float[np.ndarray, " media"]
    outputs: Mapping[str, Float[np.ndarray, "media shares draws"]]

    @classmethod
    def of(cls, trials: pl.DataFrame, output: str) -> "Restricted":
        """From the rows that the experiment stored; every restriction has the same media."""
        column, sign = OUTPUTS[output]
        trials = known(trials, column).sort("split", "item", "share", "draw")
        intact = trials.filter(pl.col("which") == "intact")
        outputs = {}
        for which in (*LINES, *KEPT_LINES):
            part = trials.filter(pl.col("which") == which)
            shape = len(intact), part["share"].n_unique(), part["draw"].n_unique()
            outputs[which] = sign * part[column].cast(pl.Float64).to_numpy().reshape(shape)
        shares = trials.filter(pl.col("which") == "top")["share"].unique().sort().to_list()
        return cls(intact["group"].to_numpy(), shares, sign * intact[column].to_numpy(), outputs)

    def effects(self, place: int, cell: dict) -> Iterator[Finding]:
        """Deletion and keeping at one share."""
        part = {which: each[:, [place]] for which, each in self.outputs.items()}
        found = faithfulness(
            self.intact,
            part["top"].squeeze(-1),
            part["random"],
            only_top=part["keep"].squeeze(-1),
            only_random=part["keep_random"],
            groups=self.groups,
        )
        for measure, each in zip((DELETION, KEEPING), (found.deletion, found.keeping), strict=True):
            assert each is not None
            yield Finding(measure.name, each, cell)

    def curves(self) -> dict[str, np.ndarray]:
        """Mean, interval and n by share, draws averaged."""
        found = {"shares": np.array(self.shares), "intact": self._line(self.intact[:, None])}
        return found | {which: self._line(each.mean(-1)) for which, each in self.outputs.items()}

    def _line(self, values: Float[np.ndarray, "media shares"]) -> Float[np.ndarray, "shares 4"]:
        each = [cluster_estimate(column, self.groups) for column in values.T]
        return np.array([(one.value, one.low, one.high, one.n) for one in each])


def known(trials: pl.DataFrame, column: str) -> pl.DataFrame:
    """The media that have a figure under every restriction: splits that depend on conditions are not in all."""
    there = pl.col(column).is_not_null() & pl.col(column).is_not_nan()
    return trials.filter(there.all().over("split", "item"))


def line(arrays: Mapping[str, np.ndarray], output: str, which: str) -> dict[float, Estimate]:
    """A stored curve as estimates by share."""
    points = zip(arrays[f"{output}/shares"], arrays[f"{output}/{which}"], strict=True)
    return {float(share): estimate(row) for share, row in points}


def estimate(row: Float[np.ndarray, " 4"]) -> Estimate:
    """A stored point of a curve."""
    value, low, high, n = map(float, row)
    return Estimate(value, low, high, int(n), None, "mean over media, 95% Student t over what was held out")
