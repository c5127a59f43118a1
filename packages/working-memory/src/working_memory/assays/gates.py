"""Which channels each task lets pass."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float, Int

from analysis import Assay, Drawing, Estimate, Finding, Findings, Measure, Run, cluster_estimate, null_of
from analysis.trials import group_parts
from working_memory.assays.attention import uniform_losses

DRAWN = "test/novel_view"
OF_FEATURE: dict[str, Any] = {"higher_is_better": None, "bounds": (0.0, 1.0), "cells": ("feature",)}
MEAN = Measure("gate_mean", chance=0.5, **OF_FEATURE)
RANGE = Measure("gate_range", chance=0.0, **OF_FEATURE)
TASK_RANGE = Measure("gate_task_range", chance=0.0, higher_is_better=None, bounds=(0.0, 1.0))
SELECTIVITY = Measure("gate_selectivity", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0))
UNTRAINED = Measure("gate_selectivity_untrained", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0))
EVEN_LOSS = Measure("even_gates_loss", chance=0.0, higher_is_better=None, cells=("feature",))


@dataclass(frozen=True)
class Gates(Assay):
    """Mean, range and selectivity of the gates; what is lost where every gate is the mean one.

    A gate has no place: it is a weight of a channel. The unit is the sequence, by the mean of its frames.
    """

    share: float = 0.25
    """Of the channels, how many count as those that a feature opens."""
    permutations: int = 999
    seed: int = 0

    name = "gates"
    question = "Which channels does each task let pass?"
    measures = (MEAN, RANGE, TASK_RANGE, SELECTIVITY, UNTRAINED, EVEN_LOSS)
    controls = ("untrained", "uniform")

    def missing(self, run: Run) -> str:
        """Gates, where the look has none."""
        return "" if "look/gates" in run.states() else "its look has no gates"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Split by split; the heat maps are of one split."""
        figures, arrays = [], {}
        untrained = Gated.of(controls["untrained"])
        for split, found in Gated.of(run).items():
            figures += found.levels(split)
            cell = {"split": split}
            figures.append(Finding(TASK_RANGE.name, found.task_range(), cell))
            for measure, each in ((SELECTIVITY, found), (UNTRAINED, untrained[split])):
                estimate = each.selectivity(self.share, self.permutations, self.seed)
                figures.append(Finding(measure.name, estimate.within(*measure.bounds), cell))
            if split == DRAWN:
                arrays = {"tasks": np.array(found.names), "trained": found.by_task()}
                arrays["untrained"] = untrained[split].by_task()
        losses = uniform_losses(run.trials(), controls["uniform"].trials())
        figures += [replace(each, measure=EVEN_LOSS.name) for each in losses]
        return Findings(tuple(figures), arrays)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Mean gate of every channel in every task, of the first network of an arm with gates."""
        from analysis.figures import gate_heat_map  # matplotlib is slow to import

        for arm, runs in found.items():
            first = next((each.arrays for each in runs if "trained" in each.arrays), None)
            if first is not None:
                tasks = [str(name) for name in first["tasks"]]
                yield Drawing(
                    f"gates-{arm}",
                    gate_heat_map(first["trained"], tasks),
                    f"{arm}, first network: mean gate of every channel in every task of {DRAWN}.",
                    f"Heat map of gates for {', '.join(tasks)}.",
                    "0.5 everywhere is the untrained start; rows that are alike mean that the task changes nothing.",
                )


@dataclass(frozen=True)
class Gated:
    """The mean gates of every sequence of a split, and what its task is."""

    gates: Float[np.ndarray, "sequences channels"]
    task: Int[np.ndarray, " sequences"]
    feature: Int[np.ndarray, " sequences"]
    names: list[str]
    features: list[str]

    @classmethod
    def of(cls, run: Run) -> "dict[str, Gated]":
        """Those of a run or of a control, by test split."""
        gates, found = run.states()["look/gates"].astype(float), {}
        trials = run.trials().with_row_index("row").filter(pl.col("position").is_not_null())
        trials = trials.filter(pl.col("split").str.starts_with("test/")).sort("split", "group", "step")
        for (split,), part in trials.group_by("split", maintain_order=True):
            objects = part["position"].n_unique()
            mean = gates[part["row"].to_numpy()].reshape(-1, objects, gates.shape[1]).mean(1)
            asked = part.filter(pl.col("position") == 0)
            codes = [
                np.unique(asked[name].to_numpy().astype(str), return_inverse=True)
                for name in ("task", "feature")
            ]
            (names, task), (features, feature) = codes
            found[str(split)] = cls(mean, task, feature, names.tolist(), features.tolist())
        return found

    def by_task(self) -> Float[np.ndarray, "tasks channels"]:
        """Mean gate of every channel in every task."""
        return np.stack([self.gates[self.task == index].mean(0) for index in range(len(self.names))])

    def levels(self, split: str) -> Iterator[Finding]:
        """Mean of the gates of each feature's tasks, and from the most closed to the most open channel."""
        for index, feature in enumerate(self.features):
            chosen, cell = self.feature == index, {"split": split, "feature": feature}
            found = cluster_estimate(self.gates[chosen].mean(1), np.flatnonzero(chosen), chance=MEAN.chance)
            yield Finding(MEAN.name, found.within(*MEAN.bounds), cell)
            tasks = np.unique(self.task[chosen])
            ranges = np.ptp(self.by_task()[tasks], axis=1)
            how = f"largest less smallest channel, mean of {len(tasks)} tasks; a network has one, without interval"
            yield Finding(RANGE.name, point(float(ranges.mean()), int(chosen.sum()), how), cell)

    def task_range(self) -> Estimate:
        """How far a channel's gate ranges over tasks, mean over channels."""
        if len(self.names) < 2:
            return Estimate.not_estimable("there is one task", n=len(self.gates))
        how = "largest less smallest task, mean over channels; a network has one, without interval"
        return point(float(np.ptp(self.by_task(), axis=0).mean()), len(self.gates), how)

    def selectivity(self, share: float, permutations: int, seed: int) -> Estimate:
        """Gates of the channels that the asked feature opens, less those of the channels that others open.

            S = mean_i ( ḡ_i(C_f(i)) − mean_{f ≠ f(i)} ḡ_i(C_f) )

        C_f are the channels whose gates rise most when f is asked, ranked on the half of the sequences that i is not
        in. The null shuffles which sequence had which task, and ranks anew.
        """
        if len(self.features) < 2:
            return Estimate.not_estimable("one feature alone is asked", n=len(self.gates), chance=0.0)
        half = group_parts(np.arange(len(self.gates)), self.feature, 2, seed=seed)
        count = max(1, round(share * self.gates.shape[1]))
        each = self._contrast(self.feature, half, count)
        found = cluster_estimate(each, np.arange(len(each)), chance=0.0)
        rng = np.random.default_rng(seed)
        draws = [
            self._contrast(rng.permutation(self.feature), half, count).mean() for _ in range(permutations)
        ]
        how = f"{count} channels per feature ranked on the other half of the sequences, {found.how}"
        null = null_of(found.value, np.array(draws), f"tasks shuffled over sequences, {permutations} draws")
        return replace(found, how=how, null=null)

    def _contrast(
        self, feature: Int[np.ndarray, " sequences"], half: Int[np.ndarray, " sequences"], count: int
    ) -> Float[np.ndarray, " sequences"]:
        found = np.empty(len(self.gates))
        for part in (0, 1):
            here, other = half == part, half != part
            member = feature[other] == np.arange(len(self.features))[:, None]
            means = member @ self.gates[other] / member.sum(1, keepdims=True)
            rise = means * len(means) - means.sum(0)
            opened = np.argsort(-rise, axis=1, kind="stable")[:, :count]
            weights = np.zeros_like(rise)
            np.put_along_axis(weights, opened, 1 / count, 1)
            passed = self.gates[here] @ weights.T
            own = np.take_along_axis(passed, feature[here, None], 1).squeeze(1)
            found[here] = own - (passed.sum(1) - own) / (len(means) - 1)
        return found


def point(value: float, n: int, how: str) -> Estimate:
    """A figure without an interval."""
    nan = float("nan")
    return Estimate(value, nan, nan, n, 0.0, how)
