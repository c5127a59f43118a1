"""What is said of objects when clips end early."""

from typing import TYPE_CHECKING, Any

import polars as pl

from object_persistence.baselines.early import seen_until
from object_persistence.linking.factory import make_linker
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

SPLIT = "test/same"
"""Clips like those of training; one split, as every cut is another evaluation."""
FIRST = 1
"""Frames of the shortest cut: what one alone tells of lasting should be nothing."""


def evaluate(experiment: "Persistence", model: Any) -> Evaluation:
    """The clips of one split, cut after one frame, after two, and so on to all; `frames` says which cut a row is of."""
    linker = make_linker(experiment.config.linking)
    clips = experiment.clips(SPLIT)
    last = max(clip.time for clip in clips)
    parts = []
    for frames in range(FIRST, last + 1):
        cuts = [cut for clip in clips if len(cut := seen_until(clip, frames, linker))]
        if cuts:
            told = experiment.table(SPLIT, cuts, experiment.predictions(model, cuts))
            parts.append(told.with_columns(frames=pl.lit(frames)))
        experiment.report("clips cut short", frames - FIRST + 1, last - FIRST + 1)
    return Evaluation(pl.concat(parts))
