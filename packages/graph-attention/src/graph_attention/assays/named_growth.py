"""How fast cells grow on glucose, acetate and lactose: by flux balance, and by the model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analysis import Assay, Drawing, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks, point

BY = {"higher_is_better": None, "cells": ("condition", "uptake"), "apart": ("condition", "uptake")}
FBA = Measure("fba_growth", bounds=(0.0, float("inf")), **BY)
MODEL = Measure("predicted_growth", **BY)
UPTAKES = ("claimed", "per mole", "per carbon")
"""At the uptakes that were once claimed; at 10 mmol/gDW/h of each; at 60 mmol/gDW/h of carbon of each."""


@dataclass(frozen=True)
class NamedGrowth(Assay):
    """Growth (1/h) on the named sole carbon sources with oxygen, at stated uptakes, by FBA and by the model.

    FBA is the same for every network that was trained on the same data.
    """

    name = "named_growth"
    question = "How fast do cells grow on glucose, acetate and lactose, and at which uptake?"
    measures = (FBA, MODEL)
    controls = ("named_growth",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """One figure per condition and uptake; the notes say how much is taken up."""
        trials = controls["named_growth"].trials()
        figures, told = [], []
        for row in trials.iter_rows(named=True):
            cell = {"condition": row["condition"], "uptake": row["uptake"]}
            figures.append(Finding(FBA.name, point(row["target"], 1, FBA), cell))
            figures.append(Finding(MODEL.name, point(row["prediction"], 1, MODEL), cell))
            told.append(
                f"{row['condition']} {row['amount']:g} mmol/gDW/h ({row['uptake']}): {row['target']:.3f}/h"
            )
        return Findings(tuple(figures), notes=("FBA: " + "; ".join(told), *absent(trials)))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Growth by condition, FBA beside the arms, one figure per kind of uptake."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        first = {"FBA": next(iter(found.values()))}
        truth = over_networks(first, FBA, panel="uptake", along="condition")
        arms = over_networks(found, MODEL, panel="uptake", along="condition")
        for uptake in truth:
            yield Drawing(
                f"growth-{uptake.replace(' ', '-')}",
                interval_plot({**truth[uptake], **arms.get(uptake, {})}, label="growth (1/h)"),
                f"Growth on named sources, uptake {uptake}: FBA, and predictions with 95 % interval over networks.",
                f"Interval plot of growth for FBA and {', '.join(found)}.",
                "FBA is what the labels come from.",
            )


def absent(trials: pl.DataFrame) -> Iterator[str]:
    """Name the conditions that the network has no exchange for."""
    if lacking := [
        name for name in ("glucose", "acetate", "lactose") if name not in set(trials["condition"])
    ]:
        yield f"the network does not exchange: {', '.join(lacking)}"
