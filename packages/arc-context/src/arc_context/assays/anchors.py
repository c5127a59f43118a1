"""Whether anchors are where the marker is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import AssayOfAttention, Finding, Findings, Measure, Run
from analysis.assays.parts import tested_splits
from arc_context.assays.over_tasks import against_none, over_tasks

BY_FAMILY: dict[str, Any] = {"cells": ("family",), "higher_is_better": None}
ON_MARKER = Measure("on_marker", bounds=(0.0, 1.0), **BY_FAMILY)
FIRST = Measure("first_on_marker", bounds=(0.0, 1.0), **BY_FAMILY)
EXCESS = Measure("on_marker_excess", chance=0.0, bounds=(-1.0, 1.0), **BY_FAMILY)


@dataclass(frozen=True)
class Anchors(AssayOfAttention):
    """How often an anchor is on the marker that the answer hangs on, beside as many anchors drawn at random.

    An anchor is where its attention is largest. `first_on_marker` is of the first one alone. Random anchors are on
    distinct cells of the test input: 1 − C(n − m, k) / C(n, k) of k anchors, m marker cells and n cells have a hit.
    Intervals are over tasks; the null of the excess flips the signs of whole tasks.
    """

    name = "anchors"
    question = "Are anchors where the marker is?"
    measures = (ON_MARKER, FIRST, EXCESS)

    def missing(self, run: Run) -> str:
        """Anchors, where the run kept none."""
        return "" if "anchors/marker" in run.attention() else "it chose no anchors"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By split and family, of test inputs with a marker."""
        arrays = run.attention()
        told = run.trials().with_columns(
            pl.Series(name, arrays[f"anchors/{name}"].astype(float)) for name in ("marker", "first", "chance")
        )
        figures: list[Finding] = []
        without = 0
        for split, part in tested_splits(told):
            marked = part.filter(pl.col("marker").is_not_nan())
            without += part.height - marked.height
            for (family,), rows in marked.group_by("family", maintain_order=True):
                figures += of_family(rows, {"split": split, "family": family})
        notes = (f"{without} test inputs have no marker",) if without else ()
        return Findings(tuple(figures), notes=notes)


def of_family(rows: pl.DataFrame, cell: dict[str, Any]) -> Iterator[Finding]:
    """Any anchor, the first, and any beyond chance."""
    marker, first, chance = (rows[name].to_numpy() for name in ("marker", "first", "chance"))
    yield over_tasks(marker, rows["group"], ON_MARKER, cell)
    yield over_tasks(first, rows["group"], FIRST, cell)
    yield against_none(np.asarray(marker - chance), rows["group"], EXCESS, cell)
