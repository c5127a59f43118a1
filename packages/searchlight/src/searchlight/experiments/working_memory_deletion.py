"""A spatial look without the cells that it attends most, or with nothing but them."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from searchlight.experiments.base import Evaluation
from searchlight.experiments.restrictions import Restriction, restrictions
from searchlight.experiments.working_memory_looks import RestrictedLook, with_look
from working_memory import WorkingMemoryModel, trials_table

if TYPE_CHECKING:
    from searchlight.experiments.working_memory import WorkingMemory

SPLIT = "test/novel_view"
"""Familiar objects in views that were never trained on; one split, as every share and draw is another evaluation."""
SHARES = (0.05, 0.1, 0.25, 0.5)
DRAWS = 5
KEPT = (
    "split",
    "item",
    "group",
    "step",
    "target",
    "prediction",
    "score",
    "scored",
    "correct",
    "task",
    "feature",
    "n",
)


def evaluate(experiment: "WorkingMemory", model: WorkingMemoryModel) -> Evaluation:
    """The scored frames of one split under every restriction.

    Columns beside a run's own: `share` of the cells, `which` cells, `draw` of random ones, and `right`, the probability
    of the right answer.
    """
    parts = [
        restricted(experiment, model, each).with_columns(**each.columns)
        for each in restrictions(SHARES, DRAWS)
    ]
    return Evaluation(pl.concat(parts))


def restricted(
    experiment: "WorkingMemory", model: WorkingMemoryModel, restriction: Restriction
) -> pl.DataFrame:
    """Answers to the scored frames with some cells only."""
    which, share, draw = restriction
    trials, cells = experiment.trials[SPLIT], int(np.prod(experiment.features.maps.shape[2:]))
    look = RestrictedLook(model.look, which, max(1, round(share * cells)), seed=draw)
    outputs = experiment.outputs(with_look(model, look), trials)
    probabilities = torch.cat([output.logits.softmax(-1) for output in outputs]).cpu().numpy()
    table = trials_table(trials, probabilities, split=SPLIT, table=experiment.images.table)
    right = np.take_along_axis(probabilities, trials.targets[..., None], -1).ravel()
    return table.select(*KEPT, right=pl.Series(right)).filter("scored")
