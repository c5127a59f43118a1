"""Test cells without the support cells that they attend most, or with nothing but them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
import torch
from torch import Tensor, nn

from arc_context.explanations.closed_keys import chosen_keys, keys_closed, mean_weights
from arc_context.explanations.lookups import support_cells
from arc_context.model.batch import EpisodeBatch
from arc_context.model.decoding import answers, log_probability
from arc_context.model.output import RLANOutput
from arc_context.questions import Question
from arc_context.trials import trials_table
from searchlight.experiments.base import Evaluation
from searchlight.experiments.restrictions import Restriction, restrictions

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

QUESTIONS = 40
"""Of each test split, as every share and draw is another evaluation."""
OF_FAMILY = 8
"""Of each family, where these are more."""
SHARES = (0.05, 0.1, 0.2, 0.5)
DRAWS = 3


@torch.no_grad()
def evaluate(experiment: "Arc", model: nn.Module) -> Evaluation:
    """Some test outputs under every restriction of the support cells.

    Columns beside a run's own: `share` of the support cells, `which` of them, `draw` of random ones, and
    `log_probability` of the right answer, in nats per cell of its canvas; null where the answer leaves the canvas.
    """
    asked = list(restrictions(SHARES, DRAWS))
    splits = [split for split in experiment.splits if split.startswith("test/")]
    parts: list[pl.DataFrame] = []
    for place, split in enumerate(splits):
        for questions, batch, output in experiment.outputs(model, some_of(experiment.questions(split))):
            weights = mean_weights(output.attention)
            for each in asked:
                told = restricted(model, batch, weights, each)
                parts.append(table(split, questions, batch, told).with_columns(**each.columns))
        experiment.report("support cells closed", place + 1, len(splits))
    return Evaluation(pl.concat(parts))


def some_of(questions: Sequence[Question]) -> Sequence[Question]:
    """The first of a split, whose families take turns, as many of each."""
    families = len({each.task.family for each in questions})
    return questions[: max(QUESTIONS, OF_FAMILY * families)]


def restricted(
    model: nn.Module, batch: EpisodeBatch, weights: Tensor, restriction: Restriction
) -> RLANOutput:
    """What the network says with some support cells only; which they are was read from the intact network."""
    which, share, draw = restriction
    given = batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask
    if which == "intact":
        return model(*given)
    with keys_closed(model, chosen_keys(weights, support_cells(batch), which, share, seed=draw)):
        return model(*given)


def table(split: str, questions: Sequence[Question], batch: EpisodeBatch, output: RLANOutput) -> pl.DataFrame:
    """One row per test output, as in an evaluation, and how likely its right answer is."""
    assert batch.answer is not None
    found = trials_table(questions, [[each] for each in answers(output, batch.canvas)], split=split)
    told = log_probability(output.logits, batch.canvas, batch.answer) / batch.canvas.flatten(1).sum(-1)
    likely = pl.Series(told.double().cpu().numpy())
    return found.with_columns(log_probability=pl.when(likely.is_finite()).then(likely))
