"""Whether answers rest on the support set at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import Assay, Finding, Findings, Measure, Run
from analysis.assays.parts import tested_splits
from arc_context.assays.arms import reads_support
from arc_context.assays.over_tasks import against_none, over_tasks

OUTPUTS = {"exact_match": "prediction", "cell_accuracy": "score"}
CELLS: dict[str, Any] = {"cells": ("output",), "apart": ("output",)}
EFFECT = Measure("support_effect", chance=0.0, bounds=(-1.0, 1.0), **CELLS)
SWAPPED = Measure("with_other_support", higher_is_better=None, bounds=(0.0, 1.0), **CELLS)


@dataclass(frozen=True)
class SupportUse(Assay):
    """How much worse answers are with the support set of another task of the same split.

        effect = output with the own support − output with another task's

    A model that does not read its support has 0. Intervals are over tasks, the null flips the signs of whole tasks.
    """

    name = "support"
    question = "Do answers rest on the support set?"
    measures = (EFFECT, SWAPPED)
    controls = ("shuffled_support",)

    def missing(self, run: Run) -> str:
        """A network that is given a support set."""
        return "" if reads_support(run) else "it is no network that reads a support set"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By split: every test output with both supports."""
        key, outputs = ["split", "item"], list(OUTPUTS.values())
        other = controls["shuffled_support"].trials().select(*key, *outputs)
        both = run.trials().join(other, on=key, suffix="_other", maintain_order="left")
        return Findings(tuple(each for split, part in tested_splits(both) for each in effects(split, part)))


def effects(split: str, part: pl.DataFrame) -> Iterator[Finding]:
    """What another support costs, and what is left with it."""
    for output, column in OUTPUTS.items():
        own, other = (part[name].cast(pl.Float64).to_numpy() for name in (column, f"{column}_other"))
        cell = {"split": split, "output": output}
        yield against_none(np.asarray(own - other), part["group"], EFFECT, cell)
        yield over_tasks(other, part["group"], SWAPPED, cell)
