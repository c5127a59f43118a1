"""Grids alone, padded to the largest that there are, and with their pairs in reverse order."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch
from torch import Tensor, nn

from arc_context.model.batch import EpisodeBatch
from arc_context.model.decoding import answers
from arc_context.questions import Question
from arc_context.tasks.grid import LARGEST_SIDE
from arc_context.tasks.task import Task
from arc_context.trials import trials_table
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

QUESTIONS = 10
"""Of each test split; padded to 30 × 30 a single one takes as long as some fifteen of 8 × 8."""


@torch.no_grad()
def evaluate(experiment: "Arc", model: nn.Module) -> Evaluation:
    """Some test outputs of every split, each by itself.

    `change_padded` and `change_reordered` are the largest difference of any probability, `same_padded` and
    `same_reordered` whether the same grid is answered.
    """
    splits = [split for split in experiment.splits if split.startswith("test/")]
    return Evaluation(pl.concat([of_split(experiment, model, split) for split in splits]))


def of_split(experiment: "Arc", model: nn.Module, split: str) -> pl.DataFrame:
    """Three answers to every test output."""
    asked = experiment.questions(split)[:QUESTIONS]
    alone = [answer(model, each) for each in asked]
    others = {
        "padded": [answer(model, each, side=LARGEST_SIDE) for each in asked],
        "reordered": [answer(model, reversed_pairs(each)) for each in asked],
    }
    columns = {}
    for name, changed in others.items():
        both = list(zip(alone, changed, strict=True))
        columns[f"change_{name}"] = [largest_change(one[0], other[0]) for one, other in both]
        columns[f"same_{name}"] = [np.array_equal(one[1], other[1]) for one, other in both]
    told = trials_table(asked, [[grid] for _, grid in alone], split=split)
    return told.with_columns(pl.Series(name, values) for name, values in columns.items())


def answer(model: nn.Module, question: Question, side: int | None = None) -> tuple[Tensor, np.ndarray]:
    """Probabilities `[symbols, height, width]` and the grid, of one question by itself."""
    batch = EpisodeBatch.of([question.episode], side=side).to(next(model.parameters()).device)
    output = model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)
    extent = batch.canvas[0]
    height, width = int(extent.any(1).sum()), int(extent.any(0).sum())
    return output.logits.softmax(1)[0, :, :height, :width].double().cpu(), answers(output, batch.canvas)[0]


def largest_change(one: Tensor, other: Tensor) -> float:
    """Of any probability of any cell."""
    return float((one - other).abs().max())


def reversed_pairs(question: Question) -> Question:
    """The same question, its train pairs in reverse order."""
    task = question.task
    return Question(Task(task.name, task.train[::-1], task.test, family=task.family), question.test)
