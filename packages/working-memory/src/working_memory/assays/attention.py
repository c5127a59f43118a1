"""Where the task makes the model look, and whether looking goes with being right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np
import polars as pl

from analysis import (
    Assay,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    cluster_estimate,
    difference,
    outcome_correlation,
    outcome_difference,
)
from working_memory.assays.looks import Looks
from working_memory.assays.map_statistics import head_findings, object_mass, task_shift

CONTROLS = ("untrained", "shuffled_task", "uniform")
DRAWN = "test/novel_view"
"""The split of the statistics that take a distribution of their own: heads, and the same frames under another task."""

BY = {"cells": ("feature", "control"), "apart": ("control",), "higher_is_better": None}
ENTROPY = Measure("attention_entropy", chance=1.0, bounds=(0.0, 1.0), **BY)
EFFECTIVE = Measure("effective_cells", chance=1.0, bounds=(0.0, 1.0), **BY)
MASS = Measure("object_mass_ratio", chance=1.0, bounds=(0.0, np.inf), **BY)
ENTROPY_CHANGE = Measure(
    "entropy_change", chance=0.0, higher_is_better=None, cells=("pair",), apart=("pair",)
)
TASK_SHIFT = Measure("task_shift", higher_is_better=None, bounds=(0.0, 1.0), cells=("feature",))
UNIFORM_LOSS = Measure("uniform_loss", chance=0.0, higher_is_better=None, cells=("feature",))
ENTROPY_FAILED = Measure(
    "entropy_failed_minus_correct", chance=0.0, higher_is_better=None, cells=("feature",)
)
MASS_FAILED = Measure("mass_failed_minus_correct", chance=0.0, higher_is_better=None, cells=("feature",))
ENTROPY_CORRECT = Measure("entropy_correctness", chance=0.0, higher_is_better=None, cells=("feature",))
AGREEMENT = Measure("head_agreement", higher_is_better=None, cells=("heads",), apart=("heads",))
STATISTIC = Measure(
    "attention_statistic",
    higher_is_better=None,
    cells=("statistic", "head"),
    apart=("statistic", "head"),
)


@dataclass(frozen=True)
class Attention(Assay):
    """How broad attention is, how much of it lies on the object, and whether that tells failed trials, by feature.

    Beside the trained network stand an untrained one and the same frames under another task; uniform attention shows
    what accuracy rests on it. Tasks of one feature have equal shares of the frames. Intervals are over sequences.
    """

    permutations: int = 999
    seed: int = 0

    name = "attention"
    version = 2
    question = "Where does each task make the model look, and does looking there go with being right?"
    measures = (
        ENTROPY,
        EFFECTIVE,
        MASS,
        ENTROPY_CHANGE,
        TASK_SHIFT,
        UNIFORM_LOSS,
        ENTROPY_FAILED,
        MASS_FAILED,
        ENTROPY_CORRECT,
        AGREEMENT,
        STATISTIC,
    )
    controls = CONTROLS

    def missing(self, run: Run) -> str:
        """An attention map, where the look has none."""
        return "" if "look/weights" in run.attention() else "it kept no attention map: its look has none"

    def controls_of(self, run: Run) -> tuple[str, ...]:
        """One task alone cannot be another's."""
        several = run.trials()["task"].n_unique() > 1
        return CONTROLS if several else tuple(what for what in CONTROLS if what != "shuffled_task")

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """The run and the controls whose maps differ, the trials that fail, and what uniform attention costs."""
        looks = {"trained": Looks.of(run)} | {
            name: Looks.of(control) for name, control in controls.items() if name != "uniform"
        }
        trained = looks["trained"]
        cover = next((each for each in looks.values() if "look/object_cover" in each.arrays), None)
        figures = [
            *self.places(looks, cover),
            *entropy_changes(trained),
            *self.outcomes(trained),
            *uniform_losses(run.trials(), controls["uniform"].trials()),
            *head_findings(trained, DRAWN, self.seed),
        ]
        if "shuffled_task" in looks:
            figures += task_shift(trained, looks["shuffled_task"], DRAWN, self.seed)
        return Findings(tuple(figures), arrays_of(looks), self.notes(trained))

    def places(self, looks: Mapping[str, Looks], cover: Looks | None) -> Iterator[Finding]:
        """How broad attention is and how much of it lies on the object, by split, feature and control."""
        for name, each in looks.items():
            for split, feature in product(each.splits, each.features):
                frames = each.frames.filter(pl.col("split") == split, pl.col("feature") == feature)
                cell = {"split": split, "feature": feature, "control": name}
                groups = frames["group"].to_numpy()
                for measure, column in ((ENTROPY, "entropy"), (EFFECTIVE, "effective")):
                    found = cluster_estimate(frames[column].to_numpy(), groups, chance=measure.chance)
                    yield Finding(measure.name, found.within(*measure.bounds), cell)
                found = object_mass(each, frames, cover, self.permutations, self.seed)
                yield Finding(MASS.name, found.within(*MASS.bounds), cell)

    def outcomes(self, looks: Looks) -> Iterator[Finding]:
        """Attention of failed less that of correct trials, and entropy against correctness, within task."""
        for split, feature in product(looks.splits, looks.features):
            trials = looks.trials.filter(pl.col("split") == split, pl.col("feature") == feature)
            correct = trials["correct"].to_numpy()
            how: dict[str, Any] = {
                "groups": trials["group"].to_numpy(),
                "within": trials["task"].to_numpy(),
                "permutations": self.permutations,
                "seed": self.seed,
            }
            cell = {"split": split, "feature": feature}
            entropy, mass = trials["entropy"].to_numpy(), trials["mass"]
            yield Finding(ENTROPY_FAILED.name, outcome_difference(entropy, ~correct, **how), cell)
            yield Finding(
                ENTROPY_CORRECT.name, outcome_correlation(entropy, correct.astype(float), **how), cell
            )
            if mass.null_count():
                found = Estimate.not_estimable("no masks of the objects were stored", chance=0.0)
            else:
                found = outcome_difference(mass.to_numpy(), ~correct, **how)
            yield Finding(MASS_FAILED.name, found, cell)

    def notes(self, looks: Looks) -> tuple[str, ...]:
        """Layers with maps of their own, each in a sentence."""
        told = []
        for layer in sorted({name.partition("/")[0] for name in looks.arrays} - {"look"}):
            entropy = looks.arrays[f"{layer}/entropy"][looks.frames["row"].to_numpy()]
            found = cluster_estimate(entropy.mean(1), looks.frames["group"].to_numpy(), chance=1.0)
            told.append(f"{layer}: mean normalised entropy {found}")
        return tuple(told)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Entropy at every frame, and the mean map of each feature's tasks beside the others'."""
        from working_memory.assays.attention_drawings import drawings  # matplotlib is slow to import

        yield from drawings(found)


def entropy_changes(looks: Looks) -> Iterator[Finding]:
    """Mean entropy of a feature's sequences less that of another's, with Welch's interval over sequences."""
    for split, pair in product(looks.splits, combinations(looks.features, 2)):
        sides = [
            looks.frames.filter(pl.col("split") == split, pl.col("feature") == feature)
            .group_by("group", maintain_order=True)
            .agg(pl.col("entropy").mean())["entropy"]
            .to_numpy()
            for feature in pair
        ]
        found = replace(difference(*sides).estimate, chance=0.0)
        yield Finding(ENTROPY_CHANGE.name, found, {"split": split, "pair": f"{pair[0]} - {pair[1]}"})


def uniform_losses(trained: pl.DataFrame, uniform: pl.DataFrame) -> Iterator[Finding]:
    """Accuracy lost with uniform attention, or even gates, frame by frame, with an interval over sequences."""
    trained = trained.filter("scored", pl.col("split").str.starts_with("test/"))
    both = trained.join(
        uniform.select("split", "item", without="correct"), on=("split", "item"), maintain_order="left"
    )
    for (split, feature), part in both.group_by("split", "feature", maintain_order=True):
        lost = part["correct"].cast(pl.Float64) - part["without"].cast(pl.Float64)
        found = cluster_estimate(lost.to_numpy(), part["group"].to_numpy(), chance=0.0)
        yield Finding(UNIFORM_LOSS.name, found, {"split": split, "feature": feature})


def arrays_of(looks: Mapping[str, Looks]) -> dict[str, np.ndarray]:
    """Entropy `[objects sequences]` at each place of a sequence, and the mean map of each feature's tasks."""
    found = {}
    for name, each in looks.items():
        frames = each.frames.filter(pl.col("split") == DRAWN)
        objects = frames["position"].n_unique() if len(frames) else 1
        found[f"entropy/{name}"] = frames["entropy"].to_numpy().reshape(-1, objects).T
        height, width = each.arrays["look/weights"].shape[-2:]
        for feature in each.features if len(frames) else ():
            maps = each.maps(frames.filter(pl.col("feature") == feature))
            found[f"map/{feature}/{name}"] = maps.mean((0, 1)).reshape(height, width)
    return found
