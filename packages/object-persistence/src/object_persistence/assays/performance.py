"""How well persistent objects are told from what does not last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analysis import Assay, Bootstrap, Drawing, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks
from analysis.assays.parts import only, tested_splits
from object_persistence.assays.drawn_clips import DrawnClips
from object_persistence.assays.tables import COUNTED, with_and_without_clutter
from object_persistence.metrics import (
    ABOVE_MAJORITY,
    ACCURACY,
    AUROC,
    BALANCED_ACCURACY,
    MAJORITY,
    PERSISTENT_ACCURACY,
    TRANSIENT_ACCURACY,
)

CLUTTER: dict[str, Any] = {"cells": ("clutter",), "apart": ("clutter",)}
MEASURES = tuple(
    replace(measure, **CLUTTER)
    for measure in (
        ACCURACY,
        MAJORITY,
        ABOVE_MAJORITY,
        BALANCED_ACCURACY,
        PERSISTENT_ACCURACY,
        TRANSIENT_ACCURACY,
        AUROC,
    )
)
BY_KIND = Measure("accuracy_by_kind", bounds=(0.0, 1.0), cells=("kind",), apart=("kind",))


@dataclass(frozen=True)
class Performance(Assay):
    """Accuracy beside that of the commoner answer, balanced, by class and by kind of object, and AUROC, by split.

    A probability of one half and more says persistent. The interval draws clips again, with all their detections.
    """

    resamples: int = 999
    seed: int = 0

    name = "performance"
    question = "How well are persistent objects told from what does not last?"
    measures = (*MEASURES, BY_KIND)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Each test split by itself."""
        figures: list[Finding] = []
        for split, part in tested_splits(run.trials()):
            figures += self.whole(split, part)
            figures += self.kinds(split, part)
        return Findings(tuple(figures))

    def whole(self, split: str, part: pl.DataFrame) -> Iterator[Finding]:
        """Every measure of a split, with clutter and without."""
        for clutter, rows in with_and_without_clutter(part):
            clips = DrawnClips.of(rows, self.bootstrap)
            for measure in MEASURES:
                yield Finding(measure.name, clips.estimate(measure), {"split": split, "clutter": clutter})

    def kinds(self, split: str, part: pl.DataFrame) -> Iterator[Finding]:
        """The share of each kind that is called what it is."""
        for (kind,), rows in part.group_by("kind", maintain_order=True) if "kind" in part.columns else ():
            found = DrawnClips.of(rows, self.bootstrap).estimate(ACCURACY)
            yield Finding(BY_KIND.name, found, {"split": split, "kind": kind})

    @property
    def bootstrap(self) -> Bootstrap:
        """How clips are drawn again."""
        return Bootstrap(resamples=self.resamples, seed=self.seed)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Accuracy above the majority and AUROC of every split, and accuracy by kind."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        told = {
            ABOVE_MAJORITY: ("split", "accuracy less that of the commoner answer", "the commoner answer"),
            AUROC: ("split", "AUROC", "chance"),
            BY_KIND: ("kind", "share called what it is, mean over splits", "chance"),
        }
        for measure, (along, label, level) in told.items():
            for arms in over_networks(only(found, measure, clutter=COUNTED), measure, along=along).values():
                yield Drawing(
                    f"performance-{measure.name}",
                    interval_plot(arms, label=label, level=level),
                    f"{label[0].upper()}{label[1:]}: 95 % interval over networks.",
                    f"Interval plot by {along} of {', '.join(arms)}.",
                    f"The dashed line, where there is one, is {level}.",
                )
