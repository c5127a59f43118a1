"""The named conditions as a model sees them: every edge of every layer, where other evaluations keep nodes."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from graph_attention.model.transformer import MetabolicTransformer
from graph_attention.truth.conditions import missing_conditions, named_conditions
from graph_attention.truth.flux_balance import pfba
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.splits import producer_splits
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

SPLIT = "conditions"
FEW = 3
"""Media that are looked at where a network has no glucose, and so no named conditions."""


@torch.no_grad()
def condition_maps(experiment: "Metabolism", model: MetabolicTransformer) -> Evaluation:
    """One row per condition: growth, and as arrays fluxes, shadow prices, splits, and `layer<k>/weights`.

    Weights are `[conditions, edges, heads]` in the order of `network_edges`, in half precision.
    """
    graph, media = experiment.graph, looked_at(experiment)
    solutions = [pfba(graph, medium) for medium in media]
    flux = np.stack([solution.flux for solution in solutions])
    output = model(torch.from_numpy(media.uptake).float().to(next(model.parameters()).device))
    growth = output.growth.double().cpu().numpy()
    table = pl.DataFrame(
        {
            "split": [SPLIT] * len(media),
            "item": [medium.name for medium in media],
            "group": [medium.name for medium in media],
            "step": [0] * len(media),
            "target": [solution.growth for solution in solutions],
            "prediction": growth,
        }
    ).with_columns(score=-(pl.col("target") - pl.col("prediction")).abs())
    states = {
        "flux/target": flux,
        "flux/predicted": output.flux.cpu().numpy(),
        "shadow_price/target": np.stack([solution.shadow_price for solution in solutions]),
        "split/target": producer_splits(graph, flux)[1],
        "split/predicted": output.splits.producers.attention.weights[..., 0].cpu().numpy(),
    }
    attention = {
        f"layer{number + 1}/weights": each.weights.cpu().numpy().astype(np.float16)
        for number, each in enumerate(output.attention)
    }
    return Evaluation(table, {name: each.astype(np.float32) for name, each in states.items()}, attention)


def looked_at(experiment: "Metabolism") -> MediumSet:
    """Glucose, acetate and lactose as far as the network has them; without glucose, the first test media."""
    if "glucose" not in missing_conditions(experiment.graph):
        return named_conditions(experiment.graph)
    media = experiment.dataset.media.take(experiment.splits["test/nutrient"][:FEW])
    return media.on(experiment.graph)
