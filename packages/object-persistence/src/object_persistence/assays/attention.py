"""How broad attention is, and what it goes to: by kind of object, and as an object is seen again and again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import AssayOfAttention, Drawing, Finding, Findings, Measure, Run, cluster_estimate
from analysis.assays.averages import over_networks
from analysis.assays.parts import only, tested_splits
from object_persistence.assays.received import ENTROPY, RECEIVED, layers

PERSISTENT, OTHERS = "persistent", "not persistent"
LAYER: dict[str, Any] = {"cells": ("layer",), "apart": ("layer",)}
KIND: dict[str, Any] = {"cells": ("layer", "kind"), "apart": ("layer", "kind")}
SEEN: dict[str, Any] = {"cells": ("layer", "kind", "seen"), "apart": ("layer", "kind", "seen")}
BREADTH = Measure("attention_entropy", chance=1.0, higher_is_better=None, bounds=(0.0, 1.0), **LAYER)
BY_KIND = Measure("received_attention", chance=1.0, higher_is_better=None, bounds=(0.0, np.inf), **KIND)
OVER_TIME = Measure("received_at_sighting", chance=1.0, higher_is_better=None, bounds=(0.0, np.inf), **SEEN)
DRAWN = "test/same"


@dataclass(frozen=True)
class Attention(AssayOfAttention):
    """Normalised entropy of what detections attend to, and attention received by kind and by number of sightings.

    Entropy is 1 where a detection attends to all alike. What is received is 1 on average over the detections of a clip.
    `received_at_sighting` follows an object: at its n-th sighting, by whether it lasts. Intervals are over clips.
    """

    name = "attention"
    question = "How broad is attention, and how does it change as an object is seen again?"
    measures = (BREADTH, BY_KIND, OVER_TIME)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every layer on each test split; by sightings on the split that is like training."""
        trials, arrays = run.trials().with_row_index("row"), run.attention()
        figures: list[Finding] = []
        for split, part in tested_splits(trials):
            rows = part["row"].cast(pl.Int64).to_numpy()
            for layer in layers(arrays, ENTROPY):
                told = part.with_columns(value=pl.Series(arrays[f"{layer}/{ENTROPY}"][rows].astype(float)))
                figures.append(mean(told, BREADTH, {"split": split, "layer": layer}))
            for layer in layers(arrays):
                told = part.with_columns(value=pl.Series(arrays[f"{layer}/{RECEIVED}"][rows].astype(float)))
                figures += by_kind(told, {"split": split, "layer": layer})
                figures += over_time(told, {"split": split, "layer": layer}) if split == DRAWN else ()
        return Findings(tuple(figures))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Attention over the sightings of an object, layer by layer; what each kind receives."""
        from analysis.figures import arm_curves, interval_plot  # matplotlib is slow to import

        for layer in sorted(
            {each.cell["layer"] for some in found.values() for one in some for each in one.of(OVER_TIME.name)}
        ):
            panels = over_networks(only(found, OVER_TIME, layer=layer), OVER_TIME, panel="kind", along="seen")
            yield Drawing(
                f"attention-over-time-{layer}",
                arm_curves(panels, label="attention received", x="sightings so far"),
                f"What an object receives at its n-th sighting, {layer}: 95 % interval over networks.",
                f"Panels of persistent and other objects, lines by sighting of {', '.join(found)}.",
                "The dashed line is the mean over the detections of a clip.",
            )
            kinds = over_networks(only(found, BY_KIND, layer=layer, split=DRAWN), BY_KIND, along="kind")
            for arms in kinds.values():
                yield Drawing(
                    f"attention-by-kind-{layer}",
                    interval_plot(
                        arms, label=f"attention received, {layer}, {DRAWN}", level="mean of the clip"
                    ),
                    f"What each kind of object receives, {layer}: 95 % interval over networks.",
                    f"Interval plot by kind of {', '.join(arms)}.",
                    "The dashed line is the mean over the detections of a clip.",
                )


def by_kind(told: pl.DataFrame, cell: Mapping[str, str]) -> Iterator[Finding]:
    """Both classes, then the kinds that are not persistent, one by one."""
    for kind, rows in classes(told):
        yield mean(rows, BY_KIND, {**cell, "kind": kind})
    if "kind" in told.columns:
        others = told.filter(pl.col("kind") != PERSISTENT)
        for (kind,), rows in others.group_by("kind", maintain_order=True):
            yield mean(rows, BY_KIND, {**cell, "kind": kind})


def over_time(told: pl.DataFrame, cell: Mapping[str, str]) -> Iterator[Finding]:
    """Both classes at each number of sightings."""
    for kind, rows in classes(told) if "seen" in told.columns else ():
        for (seen,), part in rows.sort("seen", maintain_order=True).group_by("seen", maintain_order=True):
            yield mean(part, OVER_TIME, {**cell, "kind": kind, "seen": seen})


def classes(told: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each class that is there."""
    for kind, rows in (
        (PERSISTENT, told.filter(pl.col("target") == 1)),
        (OTHERS, told.filter(pl.col("target") != 1)),
    ):
        if rows.height:
            yield kind, rows


def mean(rows: pl.DataFrame, measure: Measure, cell: Mapping) -> Finding:
    """Over detections, with an interval over clips."""
    found = cluster_estimate(rows["value"].to_numpy(), rows["group"].to_numpy(), chance=measure.chance)
    return Finding(measure.name, found.within(*measure.bounds), cell)
