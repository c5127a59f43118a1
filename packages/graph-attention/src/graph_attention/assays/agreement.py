"""Whether attributions follow what the network of reactions does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Bool

from analysis import (
    AssayOfAttention,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    benjamini_hochberg,
    cluster_estimate,
    null_of,
)
from analysis.assays.averages import over_networks, point
from graph_attention.assays.explained import SCORE, Explained
from graph_attention.assays.strata import Ranked, ranked

CELLS: dict[str, Any] = {"cells": ("truth", "score"), "apart": ("truth", "score")}
SPEARMAN = Measure("spearman", higher_is_better=None, bounds=(-1.0, 1.0), **CELLS)
EXCESS = Measure("excess_spearman", chance=0.0, higher_is_better=None, bounds=(-2.0, 2.0), **CELLS)
FOUND = Measure("media_found", chance=0.0, higher_is_better=None, bounds=(0.0, 1.0), **CELLS)
LEAST = 3
"""Nodes below which ranks say nothing."""
NULL = "truth moved among nodes of equal degree and pathway"


@dataclass(frozen=True)
class Agreement(AssayOfAttention):
    """Spearman's ρ of every attribution with |flux|, |shadow price| and the effect of deletions, medium by medium.

    The null moves the truth among nodes of one degree and pathway; `excess_spearman` is ρ less its mean under the
    null, `media_found` the share of media with p < 0.05 by Benjamini and Hochberg over media, scores and truths. The
    interval is over media, clustered by what was held out.
    """

    permutations: int = 999
    seed: int = 0

    name = "agreement"
    question = (
        "Does attention follow flux, shadow prices and the effect of deletions, beyond degree and pathway?"
    )
    measures = (SPEARMAN, EXCESS, FOUND)
    controls = ("explanation",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every attribution against every truth on the explained media of each split."""
        parts = list(Explained.splits(controls["explanation"].trials()))
        asked = [each for part in parts for each in questions(part, self.permutations, self.seed)]
        corrected = benjamini_hochberg(np.concatenate([each.found.p.ravel() for each in asked]))
        figures, start = [], 0
        for each in asked:
            size = each.found.p.size
            figures += each.figures(corrected[start : start + size].reshape(each.found.p.shape))
            start += size
        return Findings(tuple(figures), profiles(parts, self.seed), tuple(notes(parts, asked)))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The excess of every attribution, one figure per truth; how alike the networks of an arm attend."""
        from graph_attention.assays.agreement_drawings import drawings  # matplotlib is slow to import

        yield from drawings(found, over_networks(found, EXCESS, panel="truth", along="score"))


@dataclass(frozen=True, eq=False)
class Question:
    """All attributions of some media against one truth."""

    part: Explained
    truth: str
    scores: tuple[str, ...]
    alone: int
    nodes: int
    found: Ranked

    def figures(self, corrected: np.ndarray) -> Iterator[Finding]:
        """Correlation, its excess and the share of media; media in which there is no correlation are left out."""
        for place, score in enumerate(self.scores):
            cell = {"split": self.part.split, "truth": self.truth, "score": score}
            known = ~np.isnan(self.found.rho[:, place])
            if not known.any():
                nothing = Estimate.not_estimable(f"{score} or {self.truth} is the same at all nodes")
                yield from (Finding(each.name, nothing, cell) for each in (SPEARMAN, EXCESS, FOUND))
                continue
            yield Finding(SPEARMAN.name, self.correlation(place, known), cell)
            yield Finding(EXCESS.name, self.excess(place, known), cell)
            share = (corrected[known, place] < 0.05).mean()
            yield Finding(FOUND.name, point(share, int(known.sum()), FOUND), cell)

    def correlation(self, place: int, known: Bool[np.ndarray, " media"]) -> Estimate:
        """ρ over media, with the null of their mean."""
        rho, drawn = self.found.rho[known, place], self.found.drawn[:, known, place].mean(1)
        found = self.over_media(rho, known).within(*SPEARMAN.bounds)
        how = f"{NULL}, {drawn.size} draws"
        return replace(found, null=null_of(float(rho.mean()), drawn, how, alternative="greater"))

    def excess(self, place: int, known: Bool[np.ndarray, " media"]) -> Estimate:
        """ρ less what degree and pathway alone give."""
        gap = self.found.rho[known, place] - self.found.expected[known, place]
        return replace(self.over_media(gap, known), chance=0.0)

    def over_media(self, values: np.ndarray, known: Bool[np.ndarray, " media"]) -> Estimate:
        """Mean with an interval over what was held out."""
        return cluster_estimate(values, self.part.groups[known])


def questions(part: Explained, permutations: int, seed: int) -> Iterator[Question]:
    """Every truth of a split, against all attributions that its nodes have."""
    for truth in part.truths:
        chosen = part.known(truth)
        if chosen.sum() < LEAST:
            continue  # the notes name it
        scores = part.scored(chosen)
        strata = part.strata(chosen, permutations, seed)
        target = part.values[f"truth/{truth}"][:, chosen]
        found = ranked(part.stacked(scores, chosen), target, strata)
        yield Question(part, truth, scores, strata.alone, int(chosen.sum()), found)


def notes(parts: Sequence[Explained], asked: Sequence[Question]) -> Iterator[str]:
    """On how many media all of this rests, and how many nodes no permutation moves."""
    counts = ", ".join(f"{len(part.media)} of {part.split}" for part in parts)
    yield f"deletions, flux ranges and attributions are of {counts} alone"
    for part in parts:
        few = [truth for truth in part.truths if part.known(truth).sum() < LEAST]
        yield from (
            f"{truth}, {part.split}: left out, known of fewer than {LEAST} nodes in every medium"
            for truth in few
        )
    for each in asked:
        where = f"{each.truth}, {each.part.split}"
        few = f"{each.alone} of {each.nodes} nodes"
        yield f"{where}: {few} are like no other in degree and pathway, and stay where they are in the null"
        if lost := int(np.isnan(each.found.rho).all(1).sum()):
            yield f"{where}: {lost} media left out, where it is the same at all nodes"


def profiles(parts: Sequence[Explained], seed: int) -> dict[str, np.ndarray]:
    """Each attribution, mean over all media, by node; and the strata of the nodes."""
    every = pl.Series([True] * parts[0].nodes.height)
    found = {
        f"profile/{score}": np.concatenate([each.values[SCORE + score] for each in parts]).mean(0)
        for score in parts[0].scored(every.to_numpy())
    }
    return found | {"strata": parts[0].strata(every.to_numpy(), 1, seed).labels}
