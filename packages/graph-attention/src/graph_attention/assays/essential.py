"""Whether attention finds the reactions and metabolites without which nothing grows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from analysis import (
    AssayOfAttention,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    cluster_estimate,
    null_of,
)
from analysis.assays.averages import over_networks
from graph_attention.assays.explained import TRUTH, Explained
from graph_attention.assays.strata import Ranked, ranked

CELLS: dict[str, Any] = {"cells": ("kind", "score"), "apart": ("kind", "score")}
AUROC = Measure("essential_auroc", chance=0.5, higher_is_better=None, bounds=(0.0, 1.0), **CELLS)
EXCESS = Measure("essential_excess", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0), **CELLS)
LOST = 0.99
"""Essential is what costs more than this share of growth when it is taken away."""
KINDS = {"reaction": "reaction_deletion", "metabolite": "metabolite_deletion"}


@dataclass(frozen=True)
class Essential(AssayOfAttention):
    """AUROC of every attribution for essential reactions, and for essential metabolites, medium by medium.

    The null moves the labels among nodes of one degree and pathway; `essential_excess` is AUROC less its mean under
    the null. A metabolite is taken away by closing every reaction that uses it. The interval is over media,
    clustered by what was held out.
    """

    permutations: int = 999
    seed: int = 0

    name = "essential"
    question = "Does attention find essential reactions and metabolites, beyond degree and pathway?"
    measures = (AUROC, EXCESS)
    controls = ("explanation",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Both kinds of nodes on the explained media of each split."""
        figures, notes = [], []
        for part in Explained.splits(controls["explanation"].trials()):
            for kind, truth in KINDS.items():
                if f"{TRUTH}{truth}" in part.values:
                    found, said = self.asked(part, kind, truth)
                    figures += found
                    notes.append(said)
        return Findings(tuple(figures), notes=tuple(notes))

    def asked(self, part: Explained, kind: str, truth: str) -> tuple[list[Finding], str]:
        """Every attribution to nodes of one kind, and how many of them are essential."""
        chosen = part.known(truth)
        essential = part.values[TRUTH + truth][:, chosen] > LOST
        scores, strata = part.scored(chosen), part.strata(chosen, self.permutations, self.seed)
        stacked = part.stacked(scores, chosen)
        areas = as_areas(ranked(stacked, essential.astype(float), strata), stacked, essential)
        counts = essential.sum(1)
        said = f"{part.split}: {counts.min()} to {counts.max()} of {chosen.sum()} {kind}s are essential"
        figures = []
        for place, score in enumerate(scores):
            cell = {"split": part.split, "kind": kind, "score": score}
            figures += findings(areas, place, part.groups, cell)
        return figures, said

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The excess of every attribution, one figure per kind of node."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        for kind, arms in over_networks(found, EXCESS, panel="kind", along="score").items():
            yield Drawing(
                f"essential-{kind}",
                interval_plot(arms, label="excess of AUROC over degree and pathway"),
                f"AUROC for essential {kind}s, less its mean under the null: 95 % interval over networks.",
                f"Interval plot of the attributions of {', '.join(arms)}.",
                "The dashed line is no excess: what nodes of equal degree and pathway in any order give.",
            )


def as_areas(
    found: Ranked,
    scores: Float[np.ndarray, "media scores nodes"],
    positive: Bool[np.ndarray, "media nodes"],
) -> Ranked:
    """Correlations with a truth of two values as areas under the receiver operating characteristic.

    AUROC = 1/2 + ρ · sd(rank) / (N √(q (1 − q))),   q = share of positives
    """
    nodes = positive.shape[1]
    share = positive.mean(1)[:, None]
    spread = stats.rankdata(scores, axis=-1).std(-1)
    scale = spread / (nodes * np.sqrt(np.where(share * (1 - share) > 0, share * (1 - share), np.nan)))
    return Ranked(0.5 + found.rho * scale, 0.5 + found.drawn * scale)


def findings(
    areas: Ranked,
    place: int,
    groups: np.ndarray,
    cell: dict,
    measures: tuple[Measure, Measure] = (AUROC, EXCESS),
    sought: str = "essential",
) -> Iterator[Finding]:
    """AUROC and its excess of one attribution; media in which all or no nodes are what is sought are left out."""
    known, (auroc, excess) = ~np.isnan(areas.rho[:, place]), measures
    if not known.any():
        nothing = Estimate.not_estimable(f"all nodes are {sought}, or none, or the attribution is constant")
        yield from (Finding(each.name, nothing, cell) for each in measures)
        return
    area, drawn = areas.rho[known, place], areas.drawn[:, known, place]
    found = cluster_estimate(area, groups[known], chance=auroc.chance).within(*auroc.bounds)
    how = f"labels moved among nodes of equal degree and pathway, {len(drawn)} draws"
    null = null_of(float(area.mean()), drawn.mean(1), how, alternative="greater")
    yield Finding(auroc.name, replace(found, null=null), cell)
    beyond = cluster_estimate(area - drawn.mean(0), groups[known], chance=excess.chance)
    yield Finding(excess.name, beyond.within(*excess.bounds), cell)
