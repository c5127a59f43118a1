"""Whether conditions that look at each other at every node find the reactions whose flux differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from analysis import AssayOfAttention, Drawing, Estimate, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks, point
from graph_attention.assays.essential import as_areas, findings
from graph_attention.assays.explained import TRUTH, Explained
from graph_attention.assays.strata import ranked

CELLS: dict[str, Any] = {"cells": ("split", "score"), "apart": ("split", "score")}
AUROC = Measure("comparison_auroc", chance=0.5, higher_is_better=None, bounds=(0.0, 1.0), **CELLS)
EXCESS = Measure("comparison_excess", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0), **CELLS)
WITHIN = Measure("comparison_within", chance=0.5, higher_is_better=None, bounds=(0.0, 1.0), **CELLS)
DIFFERS = "differs"
FEWEST = 3
"""A reaction has an area of its own where its flux differs, and does not, in as many pairs of media."""


@dataclass(frozen=True)
class Comparisons(AssayOfAttention):
    """AUROC for reactions whose flux differs between two media that nothing was trained on, pair by pair.

    Asked are a comparator, with its conditions open to each other (`comparator`), closed afterwards
    (`comparator_closed`) and closed in training too (`without_attention`), or `untrained`; how much conditions look
    at each other (`attention`), and how far that is from one half (`uneven`); beside them the network's `own_flux`,
    the `distance` of its nodes, and how often a reaction's flux differs in training (`usual`). The null moves
    labels among reactions of one degree and pathway; `comparison_excess` is AUROC less its mean under the null, with
    an interval over pairs, clustered by what was held out. `comparison_within` is AUROC over pairs of media, the mean
    over reactions: `usual` has one half there.
    """

    permutations: int = 999
    seed: int = 0

    name = "comparison"
    question = "Do conditions that look at each other find the reactions whose flux differs?"
    measures = (AUROC, EXCESS, WITHIN)
    controls = ("comparison",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every score on each test split."""
        figures: list[Finding] = []
        notes: list[str] = []
        for part in Explained.splits(controls["comparison"].trials()):
            differs = part.values[TRUTH + DIFFERS] > 0.5
            figures += self.asked(part, differs)
            found, pairs = differs.sum(1), len(part.media)
            notes.append(
                f"{part.split}: the flux of {found.min()} to {found.max()} of {differs.shape[1]} reactions differs, "
                f"in {pairs} pairs of media"
            )
        return Findings(tuple(figures), notes=tuple(notes))

    def asked(self, part: Explained, differs: Bool[np.ndarray, "pairs reactions"]) -> Iterator[Finding]:
        """Area, excess and the area within reactions of every score."""
        every = np.ones(differs.shape[1], dtype=bool)
        scores, strata = part.scored(every), part.strata(every, self.permutations, self.seed)
        stacked = part.stacked(scores, every)
        areas = as_areas(ranked(stacked, differs.astype(float), strata), stacked, differs)
        for place, score in enumerate(scores):
            cell = {"split": part.split, "score": score}
            sought = "of differing flux"
            yield from findings(areas, place, part.groups, cell, (AUROC, EXCESS), sought)
            yield Finding(WITHIN.name, within(stacked[:, place], differs), cell)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The excess of every score, one figure per split."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        for split, arms in over_networks(found, EXCESS, panel="split", along="score").items():
            yield Drawing(
                f"comparison-{split.replace('/', '-')}",
                interval_plot(arms, label="excess of AUROC over degree and pathway"),
                f"{split}: AUROC for reactions whose flux differs between two media, less its mean under the null: "
                "95 % interval over networks.",
                f"Interval plot of the scores of {', '.join(arms)}.",
                "The dashed line is no excess: what reactions of equal degree and pathway in any order give.",
            )


def within(
    score: Float[np.ndarray, "pairs reactions"], differs: Bool[np.ndarray, "pairs reactions"]
) -> Estimate:
    """Mean over reactions of AUROC over pairs: A = (Σ rank₊ − n₊(n₊ + 1)/2) / (n₊ n₋)."""
    more = differs.sum(0)
    less = len(differs) - more
    enough = np.minimum(more, less) >= FEWEST
    if not enough.any():
        return Estimate.not_estimable(f"no reaction differs, and does not, in {FEWEST} pairs each")
    above = (stats.rankdata(score, axis=0) * differs).sum(0) - more * (more + 1) / 2
    areas = above[enough] / (more * less)[enough]
    return point(float(areas.mean()), areas.size, WITHIN)
