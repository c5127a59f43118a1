"""A clip without the detections that are attended most, or with nothing but them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch
from jaxtyping import Bool, Float
from torch import nn

from object_persistence.clips.prepared import PreparedClip
from object_persistence.tokens.padded import unpad_rows
from searchlight.experiments.base import Evaluation
from searchlight.experiments.restrictions import restrictions

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

SPLITS = ("test/same", "test/gap4")
"""Clips like those of training, of which little is in doubt, and clips of which more is."""
CLIPS = 80
"""Of each, as every share and draw is another evaluation."""
SHARES = (0.2, 0.4, 0.6)
DRAWS = 3
ALIKE = "alike"
"""Dropped at random, with as many persistent detections among them as among the most attended."""

Choice = tuple[str, float, int]
"""Which detections, what share of a clip's, and the number of the draw."""


def evaluate(experiment: "Persistence", model: nn.Module) -> Evaluation:
    """Some clips under every choice of detections; a row for each detection that is kept.

    Columns beside a run's own: `which`, `share`, `draw`. Links are those of the whole clip; what tokens know of a track
    is counted anew from what is kept of it.
    """
    asked, parts = list(choices()), []
    for split in SPLITS:
        clips = [clip for clip in experiment.clips(split)[:CLIPS] if len(clip) > 1]
        received = received_last(experiment, model, clips)
        for choice in asked:
            kept = [
                np.flatnonzero(kept_rows(clip, each, choice, seed))
                for seed, (clip, each) in enumerate(zip(clips, received, strict=True))
            ]
            told = answered(experiment, model, split, clips, kept)
            parts.append(told.with_columns(**columns(choice)))
            experiment.report("detections dropped", len(parts), len(SPLITS) * len(asked))
    return Evaluation(pl.concat(parts))


def choices() -> Iterator[Choice]:
    """The most attended, random ones, and random ones of the same classes, at every share."""
    yield from restrictions(SHARES, DRAWS)
    yield from ((ALIKE, share, draw) for share in SHARES for draw in range(DRAWS))


def columns(choice: Choice) -> dict[str, pl.Expr]:
    """The same for every row of a table."""
    return {name: pl.lit(value) for name, value in zip(("which", "share", "draw"), choice, strict=True)}


@torch.no_grad()
def received_last(
    experiment: "Persistence", model: nn.Module, clips: Sequence[PreparedClip]
) -> list[np.ndarray]:
    """What each detection receives in the last layer of the intact model, the mean over heads."""
    return [
        each.cpu().numpy()
        for batch, output in experiment.outputs(model.eval(), clips)
        for each in unpad_rows(output.attention[-1].received().mean(-2), batch.index)
    ]


def kept_rows(
    clip: PreparedClip, received: Float[np.ndarray, " detections"], choice: Choice, seed: int
) -> Bool[np.ndarray, " detections"]:
    """Which detections of a clip are left; at least one is dropped, and one kept."""
    which, share, draw = choice
    count = len(clip)
    if which == "intact":
        return np.ones(count, dtype=bool)
    rng = np.random.default_rng((seed, draw))
    number = int(np.clip(round(share * count), 1, count - 1))
    top = np.argsort(-received, kind="stable")[:number]
    if which == ALIKE:
        chosen = of_same_classes(clip.persistent, top, rng)
    else:
        chosen = rng.permutation(count)[:number] if "random" in which else top
    return np.isin(np.arange(count), chosen) == which.startswith("keep")


def of_same_classes(
    persistent: Bool[np.ndarray, " detections"], top: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """As many random detections of each class as there are in `top`."""
    drawn = [
        rng.permutation(np.flatnonzero(persistent == each))[: int((persistent[top] == each).sum())]
        for each in (True, False)
    ]
    return np.concatenate(drawn)


def answered(
    experiment: "Persistence",
    model: nn.Module,
    split: str,
    clips: Sequence[PreparedClip],
    kept: Sequence[np.ndarray],
) -> pl.DataFrame:
    """One row per detection that is kept, under the name that it has in the whole clip."""
    left = [clip.take(rows) for clip, rows in zip(clips, kept, strict=True)]
    told = experiment.table(split, left, experiment.predictions(model, left))
    names = [f"{clip.name}/{row}" for clip, rows in zip(clips, kept, strict=True) for row in rows]
    return told.with_columns(item=pl.Series(names))
