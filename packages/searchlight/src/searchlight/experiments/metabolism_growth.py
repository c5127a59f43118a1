"""Growth on glucose, acetate and lactose at stated uptakes, by flux balance and by the model."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import torch
from torch import nn

from graph_attention.truth.conditions import CONDITIONS, condition, missing_conditions
from graph_attention.truth.flux_balance import fba
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

CLAIMED = {"glucose": 10.0, "acetate": 3.6, "lactose": 0.7}
"""Uptakes, mmol/gDW/h, that came with the claim for acetate and lactose; for glucose, the usual one."""
UPTAKES = {
    "claimed": lambda graph, name: condition(graph, name, amount=CLAIMED[name]),
    "per mole": lambda graph, name: condition(graph, name, per="mole"),
    "per carbon": lambda graph, name: condition(graph, name, per="carbon_mole"),
}


def evaluate(experiment: "Metabolism", model: Any) -> Evaluation:
    """One row per condition that the network has and kind of uptake: target by FBA, prediction by the model."""
    graph = experiment.graph
    names = [name for name in CONDITIONS if name not in missing_conditions(graph)]
    made = [(name, uptake, medium_of(graph, name)) for uptake, medium_of in UPTAKES.items() for name in names]
    media = [Medium(f"{name} {uptake}", each.uptake, each.varied) for name, uptake, each in made]
    target = [fba(graph, medium).growth for medium in media]
    table = pl.DataFrame(
        {
            "split": ["named_growth"] * len(made),
            "item": [medium.name for medium in media],
            "group": [name for name, _, _ in made],
            "step": [0] * len(made),
            "target": target,
            "prediction": predicted(model, MediumSet(graph, tuple(media)), target),
            "condition": [name for name, _, _ in made],
            "uptake": [uptake for _, uptake, _ in made],
            "amount": [
                medium.uptake[CONDITIONS[name]] for (name, _, _), medium in zip(made, media, strict=True)
            ],
        }
    )
    return Evaluation(table.with_columns(score=-(pl.col("target") - pl.col("prediction")).abs()))


def predicted(model: Any, media: MediumSet, target: list[float]) -> np.ndarray:
    """Growth as the model says; a baseline learns from labelled media, and is not asked: NaN."""
    if not isinstance(model, nn.Module):
        return np.full(len(target), np.nan)
    with torch.no_grad():
        return model.eval()(torch.from_numpy(media.uptake).float()).growth.double().cpu().numpy()
