"""Whether test cells attend to the support cells that settle them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import AssayOfAttention, Drawing, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks
from analysis.assays.parts import only, tested_splits
from arc_context.assays.layers import HEADLINE, LOOKS, layers
from arc_context.assays.over_tasks import against_none, over_tasks

BY_FAMILY: dict[str, Any] = {"cells": ("layer", "family"), "apart": ("layer",), "higher_is_better": None}
MASS = Measure("determining_mass", bounds=(0.0, 1.0), **BY_FAMILY)
UNIFORM = Measure("uniform_mass", bounds=(0.0, 1.0), **BY_FAMILY)
EXCESS = Measure("determining_excess", chance=0.0, bounds=(-1.0, 1.0), **BY_FAMILY)
ENTROPY = Measure(
    "attention_entropy",
    chance=1.0,
    bounds=(0.0, 1.0),
    cells=("layer",),
    apart=("layer",),
    higher_is_better=None,
)

Looks = dict[str, dict[str, Finding]]
"""What is found of each look, by measure."""


@dataclass(frozen=True)
class LookupTruth(AssayOfAttention):
    """The share of a test cell's attention on the support cells that settle it, beside that of uniform attention.

        mass = Σ_{j settles i} p_ij,   excess = mass − (cells that settle i) / (support cells)

    The mean over heads and over the test cells of which the family says what settles them: all support cells of the
    same colour where colours are looked up, the corresponding cells where places are. Intervals are over tasks; the
    null of the excess flips the signs of whole tasks. Entropy is over its largest value: 1 is uniform.
    """

    name = "lookup"
    question = "Do test cells attend to the support cells that settle them?"
    measures = (MASS, UNIFORM, EXCESS, ENTROPY)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every layer on each test split, by family; families that say of no cell what settles it are named."""
        trials, arrays = run.trials().with_row_index("row"), run.attention()
        figures: list[Finding] = []
        untold: dict[str, int] = {}
        for split, part in tested_splits(trials):
            for layer, entropy in layers(arrays, "entropy", part):
                known = np.isfinite(entropy)
                cell = {"split": split, "layer": layer}
                if known.any():
                    figures.append(over_tasks(entropy[known], part["group"].filter(known), ENTROPY, cell))
            for (family,), rows in part.group_by("family", maintain_order=True):
                told = list(of_family(arrays, rows, {"split": split, "family": family}))
                figures += told
                if not told:
                    untold[str(family)] = untold.get(str(family), 0) + rows.height
        notes = [f"no cells settle a test cell by themselves: {in_words(untold)}"] if untold else []
        return Findings(tuple(figures), notes=tuple(notes))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The mass on what settles a cell in the headline look, beside uniform attention."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        mass = only(found, MASS, layer=HEADLINE)
        uniform = over_networks(only(found, UNIFORM, layer=HEADLINE), UNIFORM, along="family")
        for arms in over_networks(mass, MASS, along="family").values():
            level = next(filter(None, uniform[UNIFORM.name].values()))
            yield Drawing(
                "lookup-truth",
                interval_plot(
                    {"uniform attention": level, **arms},
                    label="attention on the support cells that settle it",
                ),
                f"Attention of test cells on the support cells that settle them, {LOOKS[HEADLINE]}: 95 % interval "
                "over networks.",
                f"Interval plot by family of uniform attention and of {', '.join(arms)}.",
                "Uniform attention: the share of the support's cells that settle a test cell.",
            )


def of_family(
    arrays: Mapping[str, np.ndarray], rows: pl.DataFrame, cell: Mapping[str, Any]
) -> Iterator[Finding]:
    """Mass, uniform mass and their difference by layer, of the rows in which a test cell is asked after."""
    uniform = dict(layers(arrays, "uniform", rows))
    for layer, mass in layers(arrays, "determining", rows):
        known = np.isfinite(mass)
        if known.any():
            here, tasks = {**cell, "layer": layer}, rows["group"].filter(known)
            ours, level = mass[known], uniform[layer][known]
            yield over_tasks(ours, tasks, MASS, here)
            yield over_tasks(level, tasks, UNIFORM, here)
            yield against_none(ours - level, tasks, EXCESS, here)


def looks_by_family(arrays: Mapping[str, np.ndarray], trials: pl.DataFrame) -> dict[str, Looks]:
    """The same by family, of those that say what settles a test cell; rows know their place by the column `row`."""
    told: dict[str, Looks] = {}
    for (family,), rows in trials.group_by("family", maintain_order=True):
        for each in of_family(arrays, rows, {}):
            told.setdefault(str(family), {}).setdefault(each.cell["layer"], {})[each.measure] = each
    return told


def in_words(counts: Mapping[str, int]) -> str:
    """How many rows of each family."""
    return ", ".join(
        f"{family or 'tasks that were read'} ({count} test outputs)" for family, count in counts.items()
    )
