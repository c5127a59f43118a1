"""Whether the detections that are attended are those that matter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis import (
    AssayOfAttention,
    Drawing,
    Finding,
    Findings,
    Measure,
    Run,
    cluster_estimate,
    faithfulness,
)
from analysis.assays.parts import curve

OUTPUTS = {"accuracy": "right", "probability": "likely"}
"""Whether the answer is right, and the probability of the right answer."""
HELD: dict[str, Any] = {
    "chance": 0.0,
    "bounds": (-1.0, 1.0),
    "cells": ("output", "share"),
    "apart": ("output", "share"),
}
DELETION = Measure("deletion_effect", **HELD)
BEYOND_CLASS = Measure("deletion_beyond_class", **HELD)
KEEPING = Measure("keeping_effect", **HELD)
LEFT = Measure("accuracy_left", bounds=(0.0, 1.0), cells=("which", "share"), apart=("which", "share"))
PAIRS = {DELETION: ("top", "random"), BEYOND_CLASS: ("top", "alike"), KEEPING: ("keep", "keep_random")}
"""What is held against what: `alike` are random detections with as many persistent ones among them as are dropped."""
WORDS = {
    "top": "most attended",
    "random": "random",
    "alike": "random, as many persistent",
    "keep": "most attended",
    "keep_random": "random",
}
DROPPED, KEPT = ("top", "random", "alike"), ("keep", "keep_random")


@dataclass(frozen=True)
class FaithfulAttention(AssayOfAttention):
    """How much worse answers are without the most attended detections than without as many random ones.

        effect = mean over clips and draws of (output without random detections − output without the top ones)

    Detections are taken out of the clip, ranked by what they receive in the last layer. Both sides of a difference are
    scored on the detections that both keep, for those that are dropped have no answer. `deletion_beyond_class` takes
    random detections of the same classes as the top ones, `keeping_effect` leaves nothing but the top ones, or random
    ones. All are signed so that attention to what matters is above 0 (DeYoung et al. 2020, over chance). The interval
    is over clips, the null flips the signs of whole clips. `accuracy_left` is of all that is kept.
    """

    name = "faithfulness"
    question = "Do answers rest on the detections that are attended?"
    measures = (DELETION, BEYOND_CLASS, KEEPING, LEFT)
    controls = ("deletion",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By split and share of the detections; clips in which two choices keep nothing in common are counted."""
        figures: list[Finding] = []
        notes: list[str] = []
        rows = answers(controls["deletion"].trials()).sort("split", "share", maintain_order=True)
        for (split,), part in rows.group_by("split", maintain_order=True):
            notes.append(said(str(split), part))
            intact = part.filter(pl.col("which") == "intact")
            figures.append(left(intact, {"split": split, "which": "intact", "share": 0.0}))
            dropped = part.filter(pl.col("share") > 0)
            for (share,), chosen in dropped.group_by("share", maintain_order=True):
                cell = {"split": split, "share": share}
                choices = dict(by_which(chosen))
                figures += [left(each, {**cell, "which": which}) for which, each in choices.items()]
                for measure, (one, other) in PAIRS.items():
                    pairs = in_common(choices[one], choices[other], intact)
                    figures += effects(pairs, measure, cell)
                    notes += lost(pairs, part["group"].n_unique(), measure, cell)
        return Findings(tuple(figures), notes=tuple(notes))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """What is left of accuracy when detections are dropped, or nothing else is kept."""
        from analysis.figures import deletion_curves  # matplotlib is slow to import

        for arm, networks in found.items():
            for split in dict.fromkeys(each.cell["split"] for one in networks for each in one.of(LEFT.name)):
                lines = {
                    which: curve(networks, LEFT, along="share", split=split, which=which)
                    for which in ("intact", *WORDS)
                }
                panels = {
                    "dropped": {WORDS[which]: lines[which] for which in DROPPED},
                    "only these kept": {WORDS[which]: lines[which] for which in KEPT},
                }
                figure = deletion_curves(
                    panels,
                    label="accuracy on what is left",
                    intact=lines["intact"][0.0],
                    x="share of the detections",
                )
                yield Drawing(
                    f"faithfulness-{arm}-{split.partition('/')[2]}",
                    figure,
                    f"{arm}, {split}: accuracy without the most attended detections, and with only those.",
                    "Curves of accuracy over the share of the detections.",
                    "As many random detections, dropped or kept. Each point is scored on what it keeps, which differs "
                    "between lines; the effects in the table are scored on what both keep.",
                )


def answers(trials: pl.DataFrame) -> pl.DataFrame:
    """With whether each answer is right, and its probability of the right one."""
    persistent = pl.col("target") == 1
    return trials.with_columns(
        right=((pl.col("score") >= 0.5) == persistent).cast(pl.Float64),
        likely=pl.when(persistent).then(pl.col("score")).otherwise(1 - pl.col("score")).cast(pl.Float64),
    )


def by_which(part: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each choice."""
    for (which,), rows in part.group_by("which", maintain_order=True):
        yield str(which), rows


def in_common(top: pl.DataFrame, random: pl.DataFrame, intact: pl.DataFrame) -> pl.DataFrame:
    """One row per clip and draw: both outputs, means over the detections that both keep, beside the intact model's."""
    key, outputs = ["split", "group", "item"], list(OUTPUTS.values())
    both = random.select(*key, "draw", *outputs).join(top.select(*key, *outputs), on=key, suffix="_top")
    both = both.join(intact.select(*key, *outputs), on=key, suffix="_intact")
    means = [pl.col(f"{each}{side}").mean() for each in outputs for side in ("", "_top", "_intact")]
    return both.group_by("split", "group", "draw").agg(*means).sort("split", "group", "draw")


def effects(pairs: pl.DataFrame, measure: Measure, cell: Mapping[str, Any]) -> Iterator[Finding]:
    """The difference in both outputs; draws of a clip are not independent."""
    keeps = measure is KEEPING
    for output, column in OUTPUTS.items() if pairs.height else ():
        intact, top, random = (pairs[f"{column}{side}"].to_numpy() for side in ("_intact", "_top", ""))
        one, other = top[:, None], random[:, None, None]
        found = faithfulness(
            intact,
            one,
            other,
            only_top=one if keeps else None,
            only_random=other if keeps else None,
            groups=pairs["group"].to_numpy(),
        )
        effect = found.keeping if keeps else found.deletion
        assert effect is not None
        yield Finding(measure.name, effect.within(*measure.bounds), {**cell, "output": output})


def left(rows: pl.DataFrame, cell: Mapping[str, Any]) -> Finding:
    """Accuracy on all that is kept."""
    found = cluster_estimate(rows["right"].to_numpy(), rows["group"].to_numpy())
    return Finding(LEFT.name, found.within(*LEFT.bounds), cell)


def said(split: str, rows: pl.DataFrame) -> str:
    """What the figures are of."""
    clips, draws = rows["group"].n_unique(), rows.filter(pl.col("which") == "random")["draw"].n_unique()
    told = f"{split}: {clips} clips, {draws} draws of random detections"
    return f"{told}; effects are scored on what both sides keep"


def lost(pairs: pl.DataFrame, clips: int, measure: Measure, cell: Mapping[str, Any]) -> Iterator[str]:
    """Say which share of the clips has nothing to be scored on."""
    if missing := clips - pairs["group"].n_unique():
        where = f"{measure.name}, {cell['split']}, share {cell['share']:g}"
        yield f"{where}: {missing} of {clips} clips left out, no detection is kept by both"
