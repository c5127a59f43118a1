"""Where the task is hard: by lure, n, place in the sequence, and how far views are apart."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import polars as pl

from analysis import Assay, Drawing, Estimate, Finding, Findings, Graded, Run, cluster_estimate
from analysis.assays.averages import over_networks
from working_memory.metrics import LURES
from working_memory.trials import Answer

ACCURACY = Graded("accuracy_by", chance=0.5, bounds=(0.0, 1.0), cells=("by", "level"), apart=("by",))
EDGES = (0, 30, 60, 90, 180)
"""Degrees between the views of a match and of what it matches."""


@dataclass(frozen=True)
class Difficulty(Assay):
    """Accuracy at every level of what makes a frame easy or hard, every asked feature counting the same.

    Lures are non-matches, and are held against plain non-matches; views lie apart in matches alone.
    """

    name = "difficulty"
    question = "Where is the task hard?"
    measures = (ACCURACY,)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Balanced over features, with an interval over sequences, on every test split."""
        trials = run.trials().filter(pl.col("split").str.starts_with("test/"), "scored")
        figures = [
            Finding(ACCURACY.name, balanced(part), {"split": split, "by": by, "level": level})
            for (split,), rows in trials.group_by(["split"], maintain_order=True)
            for by, level, part in levels(rows)
        ]
        confounded = (
            "accuracy by lure, position and view distance is not balanced over n: some levels need a larger n"
        )
        return Findings(tuple(figures), notes=(confounded,))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """A panel for each difficulty, a line for each arm."""
        from analysis.figures import arm_curves  # matplotlib is slow to import

        panels = over_networks(found, ACCURACY, panel="by", along="level")
        if panels:
            arms = ", ".join(found)
            yield Drawing(
                "difficulty",
                arm_curves(panels, label="accuracy"),
                "Accuracy by kind of lure (non-matches), n, place in the sequence, and degrees between the views of a "
                "match: mean over the test splits, 95 % interval over networks.",
                f"Four panels of accuracy by difficulty, one line each for {arms}.",
                "The dashed line is chance.",
            )


def levels(trials: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """The scored frames at each level of each difficulty."""
    non_matches = trials.filter(pl.col("target") == Answer.NON_MATCH)
    for kind in LURES:
        yield "lure", kind, non_matches.filter(pl.col("lure") == kind)
    for by in ("n", "position"):
        for level in trials[by].unique().sort():
            yield by, str(level), trials.filter(pl.col(by) == level)
    matches = trials.filter(pl.col("target") == Answer.MATCH)
    for low, high in pairwise(EDGES):
        distance = pl.col("view_distance")
        yield "view_distance", f"{low}–{high}°", matches.filter((distance >= low) & (distance < high))


def balanced(trials: pl.DataFrame) -> Estimate:
    """Mean over features of the accuracy in each, with an interval over sequences.

        A = 1/F Σ_f m_f,   u_i = A + N / (F n_f) (x_i − m_f)

    A sequence has one feature, so that the mean of u is A and its cluster-robust variance that of A. Features without
    such a frame are left out, and `how` names those that were counted.
    """
    if trials.is_empty():
        return Estimate.not_estimable("no frame is of this kind", chance=ACCURACY.chance)
    features = trials["feature"].to_numpy()
    names, index, counts = np.unique(features, return_inverse=True, return_counts=True)
    right = trials["correct"].to_numpy().astype(float)
    means = np.bincount(index, weights=right) / counts
    weights = right.size / (names.size * counts)
    units = means.mean() + weights[index] * (right - means[index])
    found = cluster_estimate(units, trials["group"].to_numpy(), chance=ACCURACY.chance)
    counted = f"mean over {', '.join(names)}"
    if found.low == found.high:
        alike = f"{counted}; no interval: in no feature do answers differ"
        return Estimate(found.value, math.nan, math.nan, found.n, found.chance, alike)
    how = f"{counted}, 95% Student t over sequences"
    return replace(found, how=how).within(*ACCURACY.bounds)
