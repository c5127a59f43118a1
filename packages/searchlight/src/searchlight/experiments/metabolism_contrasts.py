"""The named conditions at several uptakes, so that a difference in attention can be told from chance."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from graph_attention.explanations.nodes import node_table
from graph_attention.model.transformer import MetabolicTransformer
from graph_attention.truth.conditions import CONDITIONS, condition, missing_conditions
from graph_attention.truth.flux_balance import FluxSolution, pfba
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet
from searchlight.experiments.base import Evaluation
from searchlight.experiments.metabolism_explanation import scores_of

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

CARBON = (20.0, 30.0, 40.0, 50.0, 60.0)
"""Uptakes of carbon, mmol/gDW/h, each with oxygen: settings at which all conditions are compared."""
SCORES = ("inflow", "rollout", "gatt", "split", "gradient", "untrained", "random")


def evaluate(experiment: "Metabolism", model: MetabolicTransformer) -> Evaluation:
    """One row per condition, setting and node: `flux` (FBA), `growth`, and `score/<attribution>`."""
    graph = experiment.graph
    names = [name for name in CONDITIONS if name not in missing_conditions(graph)]
    made = [(name, carbon, fed(experiment, name, carbon)) for carbon in CARBON for name in names]
    solutions = [pfba(graph, medium) for _, _, medium in made]
    media = MediumSet(graph, tuple(medium for _, _, medium in made))
    scores = scores_of(experiment, model, torch.from_numpy(media.uptake).float())
    nodes, parts = node_table(graph), []
    for place, ((name, carbon, medium), solution) in enumerate(zip(made, solutions, strict=True)):
        if solution.growth > 0:
            told = {f"score/{score}": pl.Series(scores[score][place]).fill_nan(None) for score in SCORES}
            where = {"item": medium.name, "group": f"{carbon:g} mmol carbon", "condition": name}
            parts.append(
                rows(nodes, solution).with_columns(**told, **{k: pl.lit(v) for k, v in where.items()})
            )
    return Evaluation(pl.concat(parts))


def fed(experiment: "Metabolism", name: str, carbon: float) -> Medium:
    """A condition at an uptake, with a name of its own."""
    medium = condition(experiment.graph, name, amount=carbon, per="carbon_mole")
    return Medium(f"{name}, {carbon:g} mmol carbon", medium.uptake, medium.varied)


def rows(nodes: pl.DataFrame, solution: FluxSolution) -> pl.DataFrame:
    """The nodes of one medium; metabolites have no flux."""
    flux = np.concatenate([np.full(solution.shadow_price.size, np.nan), solution.flux])
    return nodes.with_columns(
        split=pl.lit("contrasts"),
        target=pl.Series(np.nan_to_num(flux)),
        prediction=pl.lit(0.0),
        score=pl.lit(0.0),
        flux=pl.Series(flux).fill_nan(None),
        growth=pl.lit(solution.growth),
    )
