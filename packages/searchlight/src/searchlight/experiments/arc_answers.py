"""One answer in one pass, or the two that most views of an episode agree on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn

from arc_context.augmentation import View, views
from arc_context.configuration import VotingConfig
from arc_context.model.batch import EpisodeBatch
from arc_context.model.decoding import answers
from arc_context.questions import Question
from arc_context.solving.voting import attempts, vote
from arc_context.tasks.grid import Grid
from arc_context.trials import Attempts


def attempts_at(
    model: nn.Module, asked: Sequence[Question], batch: EpisodeBatch, output: Any, config: VotingConfig
) -> Sequence[Attempts]:
    """Attempts at each question, the best first; `output` is what the model said of the batch as it stands.

    One view gives one attempt. Several vote, each with the same weight, and the two grids with most votes are tried.
    The views are the same for every question.
    """
    found = [[each] for each in answers(output, batch.canvas)]
    if config.views == 1:
        return found
    for view in views(config.views, np.random.default_rng(0))[1:]:
        for named, grid in zip(found, seen_by(model, asked, view, batch), strict=True):
            named.append(grid)
    return [attempts(vote((grid, 1.0) for grid in named)) for named in found]


def seen_by(model: nn.Module, asked: Sequence[Question], view: View, like: EpisodeBatch) -> list[Grid]:
    """The answers that a model gives in a view, as they are without it."""
    batch = EpisodeBatch.of([view.of_episode(each.episode) for each in asked]).to(like.test.device)
    output = model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)
    return [view.invert(grid) for grid in answers(output, batch.canvas)]
