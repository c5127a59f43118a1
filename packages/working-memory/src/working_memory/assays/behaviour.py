"""What the model answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analysis import (
    Assay,
    Curve,
    Drawing,
    Finding,
    Findings,
    Measure,
    Run,
    cluster_estimate,
    performance_profile,
)
from analysis.assays.averages import over_networks, point
from working_memory.metrics import detection, lure_false_alarms
from working_memory.tasks import FEATURES

CELLS = ("feature", "n")
ACCURACY = Measure("accuracy", chance=0.5, bounds=(0.0, 1.0), cells=CELLS)
OVERALL = Measure("overall_accuracy", chance=0.5, bounds=(0.0, 1.0))
D_PRIME = Measure("d_prime", chance=0.0, cells=CELLS)
CRITERION = Measure("criterion", higher_is_better=None, cells=CELLS)
LURES = Measure(
    "lure_false_alarms", chance=0.5, higher_is_better=False, bounds=(0.0, 1.0), cells=("feature",)
)


@dataclass(frozen=True)
class Behaviour(Assay):
    """Accuracy, d′, criterion and lure false alarms of every task on every test split, and accuracy over all tasks."""

    name = "behaviour"
    version = 2
    question = "How well is each task solved?"
    measures = (ACCURACY, OVERALL, D_PRIME, CRITERION, LURES)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Accuracy by n for each feature, and the share of tasks above each accuracy."""
        from analysis.figures import arm_curves, performance_profile_figure  # matplotlib is slow to import

        panels = over_networks(found, ACCURACY, panel="feature", along="n")
        if panels := {feature: panels[feature] for feature in FEATURES if feature in panels}:
            yield Drawing(
                "behaviour-by-n",
                arm_curves(panels, label="accuracy", x="n back"),
                "Accuracy by n for each asked feature: mean over the test splits, 95 % interval over networks.",
                f"Panels of accuracy by n, one line each for {', '.join(found)}.",
                "The dashed line is chance.",
            )
        if profiles := dict(performance_profiles(found)):
            yield Drawing(
                "behaviour-profile",
                performance_profile_figure(profiles, label="accuracy", chance=ACCURACY.chance),
                "Share of scores (networks × tasks × test splits) above each accuracy, with its pointwise 95 % band.",
                f"Falling curves, one each for {', '.join(profiles)}; the further right, the better.",
                "The dashed line is chance. Arms of fewer than five networks have no band.",
            )

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Accuracy has an interval over sequences; the others are points, to be put together over networks."""
        trials = run.trials().filter(pl.col("split").str.starts_with("test/"))
        return Findings((*accuracies(trials), *overall_accuracies(trials), *points(trials)))


def accuracies(trials: pl.DataFrame) -> Iterator[Finding]:
    """Masked accuracy of every split and task, with sequences as the units."""
    scored = trials.filter("scored")
    by = ("split", *CELLS)
    for key, part in scored.group_by(by, maintain_order=True):
        right = part["correct"].cast(pl.Float64).to_numpy()
        found = cluster_estimate(right, part["group"].to_numpy(), chance=ACCURACY.chance)
        yield Finding(ACCURACY.name, found.within(*ACCURACY.bounds), dict(zip(by, key, strict=True)))


def overall_accuracies(trials: pl.DataFrame) -> Iterator[Finding]:
    """Mean over tasks of masked accuracy on every split, with an interval over the sequences of all tasks.

        m = 1/K Σ_k m_k,   y_i = m + (x_i − m_k) · N / (K N_k)

    The y of the N frames have the mean m, and the cluster-robust variance that it has as a mean of K ratios.
    """
    scored = trials.filter("scored").with_columns(pl.col("correct").cast(pl.Float64))
    for (split,), part in scored.group_by("split", maintain_order=True):
        tasks = part.group_by(CELLS).agg(pl.col("correct").mean())
        own = (pl.col("correct") - pl.col("correct").mean().over(CELLS)) / pl.len().over(CELLS)
        centre = float(tasks["correct"].to_numpy().mean())
        weighed = part.select(y=centre + own * (part.height / tasks.height))["y"].to_numpy()
        found = cluster_estimate(weighed, part["group"].to_numpy(), chance=OVERALL.chance)
        how = found.how.replace("mean over items", "mean over tasks")
        yield Finding(OVERALL.name, replace(found, how=how).within(*OVERALL.bounds), {"split": split})


def points(trials: pl.DataFrame) -> Iterator[Finding]:
    """The other measures of every split and cell, each without an interval of its own."""
    shown = ("matches", "non_matches")
    counted = {
        D_PRIME: (detection, shown),
        CRITERION: (detection, shown),
        LURES: (lure_false_alarms, ("lures",)),
    }
    for measure, (count, frames) in counted.items():
        by = ["split", *measure.cells]
        for row in count(trials, by).drop_nulls(measure.name).rows(named=True):
            cell = {name: row[name] for name in by}
            yield Finding(
                measure.name, point(row[measure.name], sum(row[each] for each in frames), measure), cell
            )


def performance_profiles(found: Mapping[str, Sequence[Findings]]) -> Iterator[tuple[str, Curve]]:
    """The profile of each arm over the tasks and splits that all its networks have."""
    thresholds = np.linspace(0.4, 1.0, 61)
    for arm, networks in found.items():
        scores = [
            {tuple(each.cell.items()): each.estimate.value for each in network.of(ACCURACY.name)}
            for network in networks
        ]
        shared = [cell for cell in (scores[0] if scores else ()) if all(cell in each for each in scores)]
        if shared:
            matrix = np.array([[each[cell] for cell in shared] for each in scores])
            yield arm, performance_profile(matrix, thresholds)
