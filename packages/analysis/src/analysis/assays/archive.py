"""What assays found in the runs of several arms; networks are the units."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis.assays.findings import Findings
from analysis.errors import AnalysisError
from analysis.estimates import Difference, Estimate
from analysis.inference.student_t import difference, mean_estimate, paired_difference
from analysis.store import Run

Find = Callable[[Run, str], Findings]
"""Gives what an assay, by its name, found in a run."""


@dataclass(frozen=True)
class Archive:
    """Runs by arm, and their findings. A seed is a network, and networks are what an interval is over."""

    runs: Mapping[str, Sequence[Run]]
    find: Find

    def findings(self, arm: str, assay: str) -> list[Findings]:
        """What an assay found in each run of an arm."""
        return [self.find(run, assay) for run in self.of(arm)]

    def of(self, arm: str) -> Sequence[Run]:
        """The runs of an arm.

        Raises:
            AnalysisError: there are none.
        """
        if not self.runs.get(arm):
            raise AnalysisError(f"no runs of {arm}; there are: {', '.join(self.runs) or 'none'}")
        return self.runs[arm]

    def values(self, arm: str, assay: str, measure: str, **cell: Any) -> dict[int, float]:
        """One value per seed: the mean over the cells with these levels, of what could be estimated."""
        found = {}
        for run in self.of(arm):
            figures = self.find(run, assay).of(measure)
            chosen = [
                f.estimate.value for f in figures if all(f.cell.get(k) == level for k, level in cell.items())
            ]
            if known := [value for value in chosen if np.isfinite(value)]:
                found[run.seed] = float(np.mean(known))
        return found

    def estimate(
        self, arm: str, assay: str, measure: str, *, chance: float | None = None, **cell: Any
    ) -> Estimate:
        """Mean and interval over the networks of an arm."""
        values = list(self.values(arm, assay, measure, **cell).values())
        if not values:
            return Estimate.not_estimable(f"{measure} is known of no run of {arm}", chance=chance)
        return mean_estimate(values, chance=chance)

    def difference(self, arm: str, baseline: str, assay: str, measure: str, **cell: Any) -> Difference:
        """How far an arm lies above a baseline: paired where both have the same seeds, Welch's where not.

        Raises:
            AnalysisError: an arm has fewer than two networks with this measure.
        """
        ours, theirs = (
            dict(sorted(self.values(each, assay, measure, **cell).items())) for each in (arm, baseline)
        )
        test = paired_difference if set(ours) == set(theirs) else difference
        return test(list(ours.values()), list(theirs.values()))

    def table(self, assay: str, measure: str) -> pl.DataFrame:
        """One row per arm, seed and cell, with the columns of the cells and `value`; NaN where not estimable."""
        rows = [
            {"arm": arm, "seed": run.seed, **figure.cell, "value": figure.estimate.value}
            for arm, runs in self.runs.items()
            for run in runs
            for figure in self.find(run, assay).of(measure)
        ]
        return pl.DataFrame(rows, infer_schema_length=None)
