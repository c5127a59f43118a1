"""Whether sets of any size are answered whole, and whatever they are padded with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis import Assay, Finding, Findings, Measure, Run
from analysis.assays.averages import point

WHOLE: dict[str, Any] = {"chance": 0.0, "higher_is_better": False, "bounds": (0.0, 1.0)}
CHANGE = Measure("largest_change", **WHOLE, cells=("by",), apart=("by",))
ANSWERS = Measure("answers_changed", **WHOLE, cells=("by",), apart=("by",))
LOST = Measure("answers_lost", **WHOLE)
BY = {"padded": "padding", "reordered": "order"}
"""What should change nothing, by the column that holds the probability with it."""


@dataclass(frozen=True)
class Sets(Assay):
    """How far probabilities move with padding, and with the order of the detections; how many have no answer.

    Every clip is answered alone and without padding, then padded beside the largest, then in another order.
    `largest_change` is the largest difference of any probability, `answers_changed` the share on the other side of
    one half, `answers_lost` the share of the detections for which there is no answer at all.
    """

    name = "sets"
    question = "Are sets of any size answered whole, and alike with padding and in any order?"
    measures = (CHANGE, ANSWERS, LOST)
    controls = ("padding",)

    def missing(self, run: Run) -> str:
        """A set: a baseline answers for one detection at a time."""
        return "" if run.attention() else "it kept no attention, and so answers for no set"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Each split that was answered again."""
        trials = controls["padding"].trials()
        figures, notes = [], []
        for (split,), part in trials.group_by("split", maintain_order=True):
            figures += self.changes(str(split), part)
            sizes = part.group_by("group").agg(pl.col("detections").first())["detections"].to_numpy()
            lost = 1 - part.height / float(sizes.sum())
            figures.append(Finding(LOST.name, point(lost, sizes.size, LOST), {"split": split}))
            notes.append(f"{split}: {sizes.size} clips of {sizes.min()} to {sizes.max()} detections")
        return Findings(tuple(figures), notes=tuple(notes))

    def changes(self, split: str, part: pl.DataFrame) -> Iterator[Finding]:
        """With padding, and in another order."""
        clips = part["group"].n_unique()
        for column, by in BY.items():
            cell = {"split": split, "by": by}
            gap = (part[column] - part["score"]).abs().max()
            other = ((part[column] >= 0.5) != (part["score"] >= 0.5)).mean()
            yield Finding(CHANGE.name, point(gap, clips, CHANGE), cell)  # pyright: ignore[reportArgumentType]
            yield Finding(ANSWERS.name, point(other, clips, ANSWERS), cell)  # pyright: ignore[reportArgumentType]
