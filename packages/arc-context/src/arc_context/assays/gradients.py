"""Whether answers depend most on the support cells that settle them, as gradients tell it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import Assay, Drawing, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks
from analysis.assays.parts import tested_splits
from arc_context.assays.arms import knows_what_settles, reads_support
from arc_context.assays.over_tasks import against_none, over_tasks

BY_FAMILY: dict[str, Any] = {"cells": ("family",), "higher_is_better": None}
SHARE = Measure("gradient_share", bounds=(0.0, 1.0), **BY_FAMILY)
CELLS = Measure("cell_share", bounds=(0.0, 1.0), **BY_FAMILY)
EXCESS = Measure("gradient_excess", chance=0.0, bounds=(-1.0, 1.0), **BY_FAMILY)


@dataclass(frozen=True)
class GradientTruth(Assay):
    """The share of the input gradient's norm on the support cells that settle a test cell, beside their share of cells.

        share = Σ_{j settles i} ‖∂ℓ_i/∂e_j‖ / Σ_j ‖∂ℓ_i/∂e_j‖

    ℓ_i is the logit of the right colour of test cell i, e_j the encoded support cell j, not yet pooled or looked at. A
    model needs no attention for it. Intervals are over tasks; the null of the excess flips the signs of whole tasks.
    """

    name = "gradients"
    question = "Do gradients reach the support cells that settle a test cell?"
    measures = (SHARE, CELLS, EXCESS)
    controls = ("gradients",)

    def missing(self, run: Run) -> str:
        """Gradients, where no support is read; what settles a test cell, where no family says it."""
        if not reads_support(run):
            return "it has no gradients with respect to a support set"
        return "" if knows_what_settles(run) else "its tasks do not say what settles a test cell"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By split and family; cells that no gradient reaches at all are left out, and counted."""
        figures: list[Finding] = []
        notes: list[str] = []
        for split, part in tested_splits(controls["gradients"].trials()):
            for (family,), rows in part.group_by("family", maintain_order=True):
                known = rows.filter(pl.col("gradient_share").is_not_nan())
                figures += of_family(known, {"split": split, "family": family})
                if lost := rows.height - known.height:
                    notes.append(
                        f"{split}, {family}: no gradient reaches the support in {lost} of {rows.height} cells"
                    )
        return Findings(tuple(figures), notes=tuple(notes))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The share of each arm beside that of cells."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        cells = over_networks(found, CELLS, along="family")
        for arms in over_networks(found, SHARE, along="family").values():
            level = next(filter(None, cells[CELLS.name].values()))
            yield Drawing(
                "gradient-truth",
                interval_plot({"share of cells": level, **arms}, label="share of the gradient's norm"),
                "Input gradient on the support cells that settle a test cell: 95 % interval over networks.",
                f"Interval plot by family of the share of cells and of {', '.join(arms)}.",
                "A gradient that is spread evenly has the share of cells.",
            )


def of_family(rows: pl.DataFrame, cell: dict[str, Any]) -> Iterator[Finding]:
    """Both shares and their difference."""
    if rows.height:
        share, cells = (rows[name].cast(pl.Float64).to_numpy() for name in ("gradient_share", "cell_share"))
        yield over_tasks(share, rows["group"], SHARE, cell)
        yield over_tasks(cells, rows["group"], CELLS, cell)
        yield against_none(np.asarray(share - cells), rows["group"], EXCESS, cell)
