"""How well it is told how long an object is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import Assay, Finding, Findings, Measure, Run, cluster_estimate
from analysis.assays.parts import tested_splits

OF: dict[str, Any] = {
    "higher_is_better": False,
    "bounds": (0.0, np.inf),
    "cells": ("what",),
    "apart": ("what",),
}
ERROR = Measure("duration_error", **OF)
CONSTANT = Measure("constant_error", **{**OF, "higher_is_better": None})
WHAT = ("duration", "remaining")
"""Frames of the object in all, and those still to come."""


@dataclass(frozen=True)
class Durations(Assay):
    """Mean absolute error, in frames, of how long objects last and of how long they are still there.

    `constant_error` is that of the best answer that is always the same, the median of the split. Clutter lasts for
    no time and is left out. The interval is over clips.
    """

    name = "durations"
    question = "How well is it told how long an object is there?"
    measures = (ERROR, CONSTANT)

    def missing(self, run: Run) -> str:
        """An answer, where nothing was said of durations."""
        return "" if told(run.trials()) else "it says nothing of durations"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Each test split by itself, of what the run tells."""
        trials = run.trials()
        figures = [
            each for split, part in tested_splits(trials) for each in self.errors(split, part, told(trials))
        ]
        return Findings(tuple(figures))

    def errors(self, split: str, part: pl.DataFrame, what: tuple[str, ...]) -> Iterator[Finding]:
        """Both durations beside the best constant."""
        for each in what:
            rows = part.filter(pl.col(each).is_not_null(), pl.col(f"{each}_predicted").is_not_null())
            if rows.is_empty():
                continue
            truth, said = rows[each].cast(pl.Float64).to_numpy(), rows[f"{each}_predicted"].to_numpy()
            gaps = {ERROR: np.abs(said - truth), CONSTANT: np.abs(np.median(truth) - truth)}
            for measure, gap in gaps.items():
                found = cluster_estimate(gap, rows["group"].to_numpy()).within(*measure.bounds)
                yield Finding(measure.name, found, {"split": split, "what": each})


def told(trials: pl.DataFrame) -> tuple[str, ...]:
    """The durations that were predicted of any detection."""
    return tuple(
        each
        for each in WHAT
        if {each, f"{each}_predicted"} <= set(trials.columns) and trials[f"{each}_predicted"].count()
    )
