"""Whether padding, or the order of the pairs, changes an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import Assay, Finding, Findings, Measure, Run
from analysis.assays.averages import point
from analysis.assays.parts import tested_splits
from arc_context.assays.arms import is_network

NO_CHANGE: dict[str, Any] = {"chance": 0.0, "higher_is_better": False, "bounds": (0.0, 1.0)}
CHANGE = Measure("largest_change", **NO_CHANGE, cells=("by",), apart=("by",))
ANSWERS = Measure("answers_changed", **NO_CHANGE, cells=("by",), apart=("by",))
BY = {"padded": "padding", "reordered": "order"}
"""What should change nothing, by the ending of the columns that tell of it."""


@dataclass(frozen=True)
class Invariance(Assay):
    """How far probabilities of colours move when grids are padded to 30 × 30, and when pairs come in another order.

    `largest_change` is the largest difference of any probability of any cell, `answers_changed` the share of test
    outputs that are answered by another grid.
    """

    name = "invariance"
    question = "Do padding and the order of the pairs change nothing?"
    measures = (CHANGE, ANSWERS)
    controls = ("padding",)

    def missing(self, run: Run) -> str:
        """A network: a baseline is not given padded grids."""
        return "" if is_network(run) else "it is no network that is given padded grids"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Each split that was answered again."""
        return Findings(
            tuple(
                each
                for split, part in tested_splits(controls["padding"].trials())
                for each in changes(split, part)
            )
        )


def changes(split: str, part: pl.DataFrame) -> Iterator[Finding]:
    """With padding, and in another order."""
    for column, by in BY.items():
        cell = {"split": split, "by": by}
        most = float(np.max(part[f"change_{column}"].to_numpy()))
        other = float(np.mean(~part[f"same_{column}"].to_numpy()))
        yield Finding(CHANGE.name, point(most, part.height, CHANGE), cell)
        yield Finding(ANSWERS.name, point(other, part.height, ANSWERS), cell)
