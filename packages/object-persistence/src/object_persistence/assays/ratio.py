"""Whether what lasts is attended more than what does not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from analysis import (
    AssayOfAttention,
    Bootstrap,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    group_ratio,
    mean_estimate,
)
from analysis.assays.averages import over_networks
from analysis.assays.parts import only, tested_splits
from object_persistence.assays.received import Received, by_layer
from object_persistence.assays.tables import COUNTED, LEFT_OUT

BY: dict[str, Any] = {"higher_is_better": None, "bounds": (0.0, np.inf)}
CELLS: dict[str, Any] = {"cells": ("layer", "clutter"), "apart": ("layer", "clutter")}
AT: dict[str, Any] = {"cells": ("layer", "seen"), "apart": ("layer", "seen")}
RATIO = Measure("attention_ratio", chance=1.0, **BY, **CELLS)
OF_CLIPS = Measure("mean_clip_ratio", **BY, **CELLS)
ABOVE = Measure("clips_above", higher_is_better=None, bounds=(0.0, 1.0), **CELLS)
EQUAL = Measure("ratio_at_equal_sighting", chance=1.0, **BY, **AT)
CLEAR = 1.5
"""A clip is counted whose own ratio is above this."""
DRAWN = "test/same"
SIGHTINGS = (1, 2, 3)
"""Transients are not seen more often, but for links that are wrong."""


@dataclass(frozen=True)
class AttentionRatio(AssayOfAttention):
    """Attention that a persistent detection receives over that which another one receives, by layer and by rollout.

        R = mean over clips of (attention per persistent detection) / mean over clips of (attention per other one)

    Rows of attention sum to one, so that R is 1 where attention knows nothing. The interval is BCa over clips, the null
    moves the labels among the detections of each clip. Clips that lack a class have no ratio: they are left out, and
    named. `mean_clip_ratio` is the mean of the ratios of single clips, which is above 1 by chance alone, and
    `clips_above` the share of them above 1.5. `ratio_at_equal_sighting` is R among detections whose track has been seen
    as often: attention that merely counts sightings has 1 there.
    """

    permutations: int = 2000
    """As many as it takes for p, of both sides, to fall below 0.001."""
    resamples: int = 999
    seed: int = 0

    name = "ratio"
    question = "Is what lasts attended more than what does not?"
    measures = (RATIO, OF_CLIPS, ABOVE, EQUAL)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every layer and the rollout on each test split, with clutter among the others and without."""
        trials, arrays = run.trials().with_row_index("row"), run.attention()
        figures: list[Finding] = []
        notes: list[str] = []
        for split, part in tested_splits(trials):
            for layer, found in by_layer(part, arrays):
                figures += self.whole(split, layer, found)
                figures += (
                    self.equal(split, layer, found) if split == DRAWN and "seen" in part.columns else ()
                )
            notes += without_a_class(split, found)
        return Findings(tuple(figures), notes=tuple(notes))

    def whole(self, split: str, layer: str, found: Received) -> Iterator[Finding]:
        """The ratio of a layer, and what single clips have; without clutter too, where there is any."""
        others = {COUNTED: found.transient}
        if found.clutter.any():
            others[LEFT_OUT] = found.transient & ~found.clutter
        for clutter, other in others.items():
            cell = {"split": split, "layer": layer, "clutter": clutter}
            yield Finding(RATIO.name, self.ratio(found, found.persistent, other), cell)
            each = clip_ratios(found.mass, found.persistent, other)
            values = {OF_CLIPS: each, ABOVE: (each > CLEAR).astype(float)}
            for measure, of_clips in values.items() if each.size else ():
                yield Finding(measure.name, mean_estimate(of_clips).within(*measure.bounds), cell)

    def equal(self, split: str, layer: str, found: Received) -> Iterator[Finding]:
        """The ratio among the first sightings, among the second, and so on."""
        for seen in SIGHTINGS:
            now = found.seen == seen
            ratio = self.ratio(found, found.persistent & now, found.transient & now)
            yield Finding(EQUAL.name, ratio, {"split": split, "layer": layer, "seen": seen})

    def ratio(
        self, found: Received, first: Bool[np.ndarray, "clips most"], second: Bool[np.ndarray, "clips most"]
    ) -> Estimate:
        """That of two groups of detections, clips being the units."""
        bootstrap = Bootstrap(resamples=self.resamples, seed=self.seed)
        ratio = group_ratio(found.mass, first, second, permutations=self.permutations, bootstrap=bootstrap)
        return ratio.within(*RATIO.bounds)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The ratio by layer on every split, and at equal numbers of sightings."""
        from analysis.figures import arm_curves, interval_plot  # matplotlib is slow to import

        same = only(found, RATIO, clutter=COUNTED, split=DRAWN)
        for arms in over_networks(same, RATIO, along="layer").values():
            yield Drawing(
                "attention-ratio",
                interval_plot(
                    arms, label=f"attention of persistent over other detections, {DRAWN}", level="1"
                ),
                "What a persistent detection receives over what another one does: 95 % interval over networks.",
                f"Interval plot by layer of {', '.join(arms)}.",
                "The dashed line is 1: attention that knows nothing of what lasts.",
            )
        panels = over_networks(found, EQUAL, panel="layer", along="seen")
        if panels:
            yield Drawing(
                "attention-ratio-at-equal-sightings",
                arm_curves(panels, label="ratio", x="sightings so far"),
                "The same among detections that have been seen as often: 95 % interval over networks.",
                f"Panels by layer, lines by sightings of {', '.join(found)}.",
                "The dashed line is 1, as of attention that counts sightings and nothing else.",
            )


def clip_ratios(
    mass: Float[np.ndarray, "clips most"],
    first: Bool[np.ndarray, "clips most"],
    second: Bool[np.ndarray, "clips most"],
) -> Float[np.ndarray, " usable"]:
    """The ratio of each clip that has both groups, and gives the second any attention."""
    usable = first.any(1) & second.any(1)
    top, bottom = ((mass * each).sum(1)[usable] / each.sum(1)[usable] for each in (first, second))
    return top[bottom > 0] / bottom[bottom > 0]


def without_a_class(split: str, found: Received) -> Iterator[str]:
    """Which clips have no ratio, and why."""
    for words, there in {"persistent": found.persistent, "transient": found.transient}.items():
        lacking = found.clips[~there.any(1)]
        if len(lacking):
            names = ", ".join(map(str, lacking))
            yield f"{split}: {len(lacking)} of {len(found.clips)} clips have nothing {words} and no ratio: {names}"
