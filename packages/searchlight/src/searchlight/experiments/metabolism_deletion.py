"""A metabolic model without the edges that it attends most, or with nothing but them."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch
from torch import Tensor

from attention_core import EdgeMap
from graph_attention.explanations.closed_edges import attention_layers, chosen_edges, edges_closed
from graph_attention.model.output import MetabolicOutput
from graph_attention.model.transformer import MetabolicTransformer
from graph_attention.predictions import Prediction
from graph_attention.trials import trials_table
from searchlight.experiments.base import Evaluation
from searchlight.experiments.metabolism_explanation import TESTED, chosen
from searchlight.experiments.restrictions import Restriction, restrictions

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

SHARES = (0.25, 0.5, 0.75)
DRAWS = 4


def evaluate(experiment: "Metabolism", model: MetabolicTransformer) -> Evaluation:
    """Some media that grow, under every restriction of the edges.

    Columns beside a run's own: `share` of each node's neighbours, `which` of them, `draw` of random ones, and
    `growth_error`, the absolute error.
    """
    parts = []
    for split in TESTED:
        rows = chosen(experiment, split)
        uptake = experiment.uptake(rows)
        with torch.no_grad():
            maps = [each for each in model(uptake).attention if isinstance(each, EdgeMap)]
            for each in restrictions(SHARES, DRAWS):
                output = restricted(model, uptake, maps, each)
                parts.append(table(experiment, split, rows, output).with_columns(**each.columns))
    return Evaluation(pl.concat(parts))


def restricted(
    model: MetabolicTransformer, uptake: Tensor, maps: list[EdgeMap], restriction: Restriction
) -> MetabolicOutput:
    """What the model says with some edges only; which they are was read from the intact model."""
    which, share, draw = restriction
    if which == "intact":
        return model(uptake)
    allowed = [
        chosen_edges(each, which, share, seed=draw * len(maps) + layer)  # type: ignore[arg-type]
        for layer, each in enumerate(maps)
    ]
    with edges_closed(attention_layers(model), allowed):
        return model(uptake)


def table(experiment: "Metabolism", split: str, rows: np.ndarray, output: MetabolicOutput) -> pl.DataFrame:
    """One row per medium, as in an evaluation, and the absolute error of growth."""
    producers = output.splits.producers.attention
    assert isinstance(producers, EdgeMap)
    prediction = Prediction(
        growth=output.growth.double().cpu().numpy(),
        grow_probability=output.logits.sigmoid().double().cpu().numpy(),
        flux=output.flux.double().cpu().numpy(),
        producers=producers.weights[..., 0].double().cpu().numpy(),
    )
    told = trials_table(experiment.dataset, rows, prediction, split=split, reference=experiment.reference)
    return told.with_columns(growth_error=(pl.col("prediction") - pl.col("target")).abs())
