"""Which reactions are attended differently in two conditions, and whether their fluxes differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Bool, Float
from scipy import stats

from analysis import (
    AssayOfAttention,
    Bootstrap,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    benjamini_hochberg,
    null_of,
)
from analysis.assays.averages import over_networks, point
from graph_attention.assays.essential import as_areas
from graph_attention.assays.explained import SCORE
from graph_attention.assays.strata import Ranked, Strata, ranked

CELLS: dict[str, Any] = {"cells": ("pair", "score"), "apart": ("pair", "score")}
AUROC = Measure("contrast_auroc", chance=0.5, higher_is_better=None, bounds=(0.0, 1.0), **CELLS)
EXCESS = Measure("contrast_excess", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0), **CELLS)
CONTRASTED = Measure("reactions_contrasted", higher_is_better=None, bounds=(0.0, 1.0), **CELLS)
TWICE = 0.5
"""A flux per growth differs between two conditions where it changes by more than this share of the larger one."""
FLOWS = 1e-6
"""A reaction runs where its flux per growth is above this."""


@dataclass(frozen=True)
class Contrasts(AssayOfAttention):
    """AUROC of the difference in attention for reactions whose flux differs, of every two named conditions.

    A flux differs where, per growth, it changes by half or more of the larger one, or turns round, at most settings of
    uptake. The null moves these labels among reactions of one degree and pathway; `contrast_excess` is AUROC less its
    mean under the null, with a bootstrap over reactions. `reactions_contrasted` is the share of reactions whose
    attention differs over the settings: paired t, p < 0.05 by Benjamini and Hochberg.
    """

    permutations: int = 999
    seed: int = 0

    name = "contrasts"
    question = "Which reactions are attended differently in two conditions, and do their fluxes differ?"
    measures = (AUROC, EXCESS, CONTRASTED)
    controls = ("contrasts",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every pair of conditions that the network can grow on."""
        trials = controls["contrasts"].trials().filter(pl.col("kind") == "reaction")
        figures: list[Finding] = []
        notes: list[str] = []
        for pair in combinations(trials["condition"].unique(maintain_order=True), 2):
            contrast = Contrast.of(trials, pair)
            notes.append(contrast.note)
            for score in contrast.attention:
                figures += contrast.findings(score, self.permutations, self.seed)
        return Findings(tuple(figures), notes=tuple(notes))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The excess of every attribution, one figure per pair."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        for pair, arms in over_networks(found, EXCESS, panel="pair", along="score").items():
            yield Drawing(
                f"contrasts-{pair.replace(' ', '-')}",
                interval_plot(arms, label="excess of AUROC over degree and pathway"),
                f"{pair}: AUROC of differences in attention for reactions whose flux differs, less its mean under the "
                "null: 95 % interval over networks.",
                f"Interval plot of the attributions of {', '.join(arms)}.",
                "The dashed line is no excess: what reactions of equal degree and pathway in any order give.",
            )


@dataclass(frozen=True, eq=False)
class Contrast:
    """Two conditions at the same settings: fluxes per growth, and attributions by name."""

    pair: tuple[str, str]
    nodes: pl.DataFrame
    flux: tuple[Float[np.ndarray, "settings reactions"], Float[np.ndarray, "settings reactions"]]
    attention: dict[str, Float[np.ndarray, "settings reactions"]]

    @classmethod
    def of(cls, trials: pl.DataFrame, pair: tuple[str, str]) -> "Contrast":
        """From rows of one setting (`group`), condition and reaction each; settings that one lacks are left out."""
        both = trials.filter(pl.col("condition").is_in(pair)).sort("group", "step")
        settings = both.group_by("group").agg(pl.col("condition").n_unique()).filter(pl.col("condition") == 2)
        both = both.filter(pl.col("group").is_in(settings["group"].implode()))
        sides = [both.filter(pl.col("condition") == each) for each in pair]
        count = sides[0]["group"].n_unique()
        flux = tuple((s["flux"] / s["growth"]).to_numpy().reshape(count, -1) for s in sides)
        nodes = sides[0].head(flux[0].shape[1]).select("node", "degree", "subsystem")
        names = [name for name in both.columns if name.startswith(SCORE) and not both[name].null_count()]
        attention = {
            name.removeprefix(SCORE): (sides[0][name] - sides[1][name]).to_numpy().reshape(count, -1)
            for name in names
        }
        return cls(pair, nodes, (flux[0], flux[1]), attention)

    @property
    def differs(self) -> Bool[np.ndarray, " reactions"]:
        """Whether the flux per growth changes, at most settings."""
        one, two = self.flux
        larger = np.maximum(np.abs(one), np.abs(two))
        changed = (larger > FLOWS) & (np.abs(one - two) >= TWICE * larger)
        return changed.mean(0) > 0.5

    @property
    def cell(self) -> str:
        """The pair, for a cell."""
        return f"{self.pair[0]} and {self.pair[1]}"

    @property
    def note(self) -> str:
        """How many reactions there are to find."""
        settings, reactions = self.flux[0].shape
        found = int(self.differs.sum())
        return f"{self.cell}: the flux of {found} of {reactions} reactions differs, over {settings} settings of uptake"

    def findings(self, score: str, permutations: int, seed: int) -> Iterator[Finding]:
        """AUROC, its excess, and how many reactions are attended differently."""
        cell, gaps, differs = {"pair": self.cell, "score": score}, self.attention[score], self.differs
        size = np.abs(gaps.mean(0))
        if differs.all() or not differs.any() or np.ptp(size) == 0:
            nothing = Estimate.not_estimable("no flux differs, or all do, or no difference in attention")
            yield from (Finding(each.name, nothing, cell) for each in (AUROC, EXCESS))
        else:
            areas = self.areas(size, permutations, seed)
            area, drawn = float(areas.rho[0, 0]), areas.drawn[:, 0, 0]
            interval = area_over_reactions(size, differs, seed)
            how = f"labels moved among reactions of equal degree and pathway, {permutations} draws"
            null = null_of(area, drawn, how, alternative="greater")
            yield Finding(AUROC.name, replace(interval.within(*AUROC.bounds), null=null), cell)
            level = float(drawn.mean())
            moved = {at: getattr(interval, at) - level for at in ("value", "low", "high")}
            yield Finding(EXCESS.name, replace(interval, chance=0.0, **moved), cell)
        yield Finding(CONTRASTED.name, point(contrasted(gaps), gaps.shape[1], CONTRASTED), cell)

    def areas(self, size: Float[np.ndarray, " reactions"], permutations: int, seed: int) -> Ranked:
        """AUROC of the size of a difference, and under the null."""
        columns = (self.nodes[name].to_numpy() for name in ("degree", "subsystem"))
        strata = Strata.of(*columns, permutations=permutations, seed=seed)
        found = ranked(size[None, None], self.differs[None].astype(float), strata)
        return as_areas(found, size[None, None], self.differs[None])


def area_over_reactions(
    size: Float[np.ndarray, " reactions"], differs: Bool[np.ndarray, " reactions"], seed: int
) -> Estimate:
    """AUROC, with a bootstrap over reactions of either kind."""

    def area(high: np.ndarray, low: np.ndarray) -> float:
        ranks = stats.rankdata(np.concatenate([high, low]))[: high.size]
        return float((ranks.mean() - (high.size + 1) / 2) / low.size)

    return Bootstrap(resamples=999, seed=seed).independent(size[differs], size[~differs], area, chance=0.5)


def contrasted(gaps: Float[np.ndarray, "settings reactions"]) -> float:
    """Share of reactions whose attention differs over settings: paired t, corrected."""
    count = len(gaps)
    error = gaps.std(0, ddof=1) / np.sqrt(count) if count > 1 else np.zeros(gaps.shape[1])
    size = np.abs(gaps.mean(0)) / np.where(error > 0, error, 1.0)
    p = np.where(error > 0, 2 * stats.t.sf(size, max(count - 1, 1)), 1.0)
    return float((benjamini_hochberg(p) < 0.05).mean())
