"""How soon it is known whether an object lasts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analysis import Assay, Bootstrap, Drawing, Estimate, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks
from analysis.assays.parts import only
from object_persistence.assays.drawn_clips import DrawnClips
from object_persistence.assays.tables import COUNTED, with_and_without_clutter
from object_persistence.metrics import ACCURACY, AUROC, MAJORITY

AFTER: dict[str, Any] = {"cells": ("frames", "clutter"), "apart": ("frames", "clutter")}
AT: dict[str, Any] = {"cells": ("seen", "clutter"), "apart": ("seen", "clutter")}
OF_CUTS = {
    measure: replace(measure, name=f"{measure.name}_after", **AFTER)
    for measure in (AUROC, ACCURACY, MAJORITY)
}
OF_NEWEST = {
    measure: replace(measure, name=f"{measure.name}_at_sighting", **AT)
    for measure in (AUROC, ACCURACY, MAJORITY)
}
FEWEST = 10
"""Clips that must hold a class: nearly all that is seen for the ninth time lasts, and few others tell little."""


@dataclass(frozen=True)
class FramesSeen(Assay):
    """AUROC and accuracy when clips end after some frames, and by how often the object was seen until then.

    The run is evaluated anew on clips that end after `frames` frames, detected and linked as if there were no more;
    the truth is what becomes of the object in the whole clip. `_after` is of all detections of a clip so cut.
    `_at_sighting` is of those in its newest frame alone, all cuts together, by how often their track has been seen:
    the answer at the moment of a sighting. The interval draws clips again.
    """

    resamples: int = 999
    seed: int = 0

    name = "frames_seen"
    question = "After how many frames is it known whether an object lasts?"
    measures = (*OF_CUTS.values(), *OF_NEWEST.values())
    controls = ("frames_seen",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By frames of the clip, and by sightings of the object."""
        trials = controls["frames_seen"].trials().sort("split", "frames", maintain_order=True)
        newest = trials.filter(pl.col("step") == pl.col("frames") - 1).sort(
            "split", "seen", maintain_order=True
        )
        figures = [*self.figures(trials, OF_CUTS, "frames"), *self.figures(newest, OF_NEWEST, "seen")]
        return Findings(tuple(figures))

    def figures(
        self, trials: pl.DataFrame, measures: Mapping[Measure, Measure], along: str
    ) -> Iterator[Finding]:
        """Every measure at each number of frames, with clutter and without."""
        for (split, place), part in trials.group_by("split", along, maintain_order=True):
            for clutter, rows in with_and_without_clutter(part):
                clips = DrawnClips.of(rows, Bootstrap(resamples=self.resamples, seed=self.seed))
                cell = {"split": split, along: place, "clutter": clutter}
                for plain, named in measures.items():
                    yield Finding(named.name, enough(clips) or clips.estimate(plain), cell)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """AUROC by frames of the clip, and by sightings."""
        from analysis.figures import arm_curves  # matplotlib is slow to import

        told = {
            OF_CUTS[AUROC]: ("frames", "frames of the clip"),
            OF_NEWEST[AUROC]: ("seen", "sightings of the object"),
        }
        for measure, (along, words) in told.items():
            curves = over_networks(only(found, measure, clutter=COUNTED), measure, along=along)
            if curves:
                yield Drawing(
                    f"frames-seen-{measure.name}",
                    arm_curves(curves, label="AUROC", x=words),
                    f"AUROC by {words}, nothing later being known: 95 % interval over networks.",
                    f"Lines by {words} of {', '.join(found)}.",
                    "The dashed line is chance.",
                )


def enough(clips: DrawnClips) -> Estimate | None:
    """Why there is no figure, where a class is in too few clips; None where it is in enough."""
    others, persistent = (int(each) for each in (clips.counts > 0).sum(0))
    if min(others, persistent) >= FEWEST:
        return None
    told = f"persistent detections are in {persistent} clips, others in {others}; {FEWEST} are needed"
    return Estimate.not_estimable(told, n=clips.clips)
