"""Test inputs beside the support set of another task."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import torch
from torch import nn

from arc_context.model.decoding import answers
from arc_context.questions import Question
from arc_context.tasks.task import Task
from arc_context.trials import trials_table
from searchlight.experiments.base import Evaluation
from searchlight.experiments.joining import join

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc


@torch.no_grad()
def evaluate(experiment: "Arc", model: nn.Module) -> Evaluation:
    """Every test split, each task with the train pairs of another one of its family: the same rule, other parameters.

    A family with one task alone in a split keeps its own support: there is no other.
    """
    splits = [split for split in experiment.splits if split.startswith("test/")]
    return join([of_split(experiment, model, split) for split in splits])


def of_split(experiment: "Arc", model: nn.Module, split: str) -> Evaluation:
    """The answers to one split."""
    asked = experiment.questions(split)
    others = with_other_support(asked)
    told = [
        grid
        for _, batch, output in experiment.outputs(model, others)
        for grid in answers(output, batch.canvas)
    ]
    return Evaluation(trials_table(asked, [[each] for each in told], split=split))


def with_other_support(asked: Sequence[Question]) -> list[Question]:
    """The same questions, each beside the train pairs of the next task of its family, the last beside the first's."""
    tasks = dict.fromkeys(each.task for each in asked)
    following: dict[Task, Task] = {}
    for _, some in groupby(sorted(tasks, key=lambda task: task.family), key=lambda task: task.family):
        family = list(some)
        following |= dict(zip(family, family[1:] + family[:1], strict=True))
    swapped = {
        task: Task(task.name, other.train, task.test, family=task.family) for task, other in following.items()
    }
    return [Question(swapped[each.task], each.test) for each in asked]
