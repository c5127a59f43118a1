"""Where in the support an answer's gradient is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
from torch import nn

from arc_context.explanations.gradients import gradient_shares
from arc_context.explanations.lookups import settled
from arc_context.model.batch import EpisodeBatch
from arc_context.questions import Question
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

QUESTIONS = 40
"""Of each split."""
CELLS = 4
"""Test cells of each, drawn among those of which the family says what settles them."""


def evaluate(experiment: "Arc", model: nn.Module) -> Evaluation:
    """Some test cells of every test split: one row each, with `gradient_share` and `cell_share`.

    Test outputs of families that say of no cell what settles it have no row.
    """
    splits = [split for split in experiment.splits if split.startswith("test/")]
    parts = []
    for place, split in enumerate(splits):
        for questions, batch, _ in experiment.outputs(model, experiment.questions(split)[:QUESTIONS]):
            parts.append(table(split, model, questions, batch))
        experiment.report("gradients", place + 1, len(splits))
    return Evaluation(pl.concat(parts))


def table(split: str, model: nn.Module, questions: Sequence[Question], batch: EpisodeBatch) -> pl.DataFrame:
    """The test cells of one chunk."""
    what = settled(questions, batch)
    rows = [
        (question, draw, float(share), float(cells))
        for draw, found in enumerate(gradient_shares(model, batch, what, draws=CELLS))
        for question, share, cells in zip(questions, found.gradient, found.cells, strict=True)
        if cells == cells  # NaN where the question has no such draw
    ]
    return pl.DataFrame(
        {
            "split": [split for _ in rows],
            "item": [f"{question.task.name}/{question.test}/{draw}" for question, draw, _, _ in rows],
            "group": [question.task.name for question, *_ in rows],
            "step": [0 for _ in rows],
            "target": [1 for _ in rows],
            "prediction": [1 for _ in rows],
            "score": [share for *_, share, _ in rows],
            "family": [question.task.family for question, *_ in rows],
            "gradient_share": [share for *_, share, _ in rows],
            "cell_share": [cells for *_, cells in rows],
        },
        schema_overrides={"gradient_share": pl.Float64, "cell_share": pl.Float64, "score": pl.Float64},
    )
