"""Attributions of a metabolic model to the nodes of its network, beside fluxes, prices and deletions."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch
from torch import Tensor

from attention_core import EdgeMap
from graph_attention.assays.explained import EXPLAINED_MEDIA
from graph_attention.explanations.attributed import Attributions, attributed
from graph_attention.explanations.nodes import edge_table, node_table
from graph_attention.explanations.truths import Truths
from graph_attention.model.transformer import MetabolicTransformer
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.media import Medium
from searchlight.caching import remembered
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

GROWS = 0.01
"""Media are explained on which cells grow faster than this, 1/h."""
TESTED = ("test/nutrient", "test/medium")


def explanation(experiment: "Metabolism", model: MetabolicTransformer) -> Evaluation:
    """One row per medium and node: `score/<attribution>` and `truth/<what it is held against>`.

    `score/untrained` is what nodes receive in the same model before training.
    """
    rows = {split: chosen(experiment, split) for split in TESTED}
    every = np.concatenate(list(rows.values()))
    truths = truths_of(experiment, every)
    scores = scores_of(experiment, model, experiment.uptake(every))
    names = [split for split, some in rows.items() for _ in some]
    nodes, groups = node_table(experiment.graph), groups_of(experiment)
    parts = [
        medium_table(nodes, {name: each[place] for name, each in scores.items()}, truths[place]).with_columns(
            split=pl.lit(names[place]),
            item=pl.lit(experiment.dataset.media[row].name),
            group=pl.lit(groups[row]),
        )
        for place, row in enumerate(every)
    ]
    return Evaluation(pl.concat(parts))


def pathways(experiment: "Metabolism", model: MetabolicTransformer) -> Evaluation:
    """One row per edge, and `mean/weights` `[edges, media]`: the mean over layers and heads."""
    rows = np.concatenate([chosen(experiment, split) for split in TESTED])
    with torch.no_grad():
        maps = model(experiment.uptake(rows)).attention
    mean = torch.stack([each.weights.mean(-1) for each in maps if isinstance(each, EdgeMap)]).mean(0)
    table = edge_table(experiment.graph).with_columns(
        split=pl.lit("pathways"),
        item=pl.int_range(pl.len()),
        group=pl.col("query"),
        step=pl.lit(0),
        target=pl.lit(0.0),
        prediction=pl.Series(mean.mean(0).double().numpy()),
        score=pl.lit(0.0),
    )
    return Evaluation(table, attention={"mean/weights": mean.T.contiguous().numpy()})


def groups_of(experiment: "Metabolism") -> list[str]:
    """What was held out of each medium of the data set."""
    media = experiment.config.media
    return experiment.dataset.media.groups(seed=media.seed, held_out=media.held_out)


def chosen(experiment: "Metabolism", split: str) -> np.ndarray:
    """Some media of a split on which cells grow, of many groups; the same for every run on these data."""
    groups, rows = np.array(groups_of(experiment)), experiment.splits[split]
    rows = np.random.default_rng(0).permutation(rows[experiment.dataset.growth[rows] > GROWS])
    turn = [int((groups[rows[:place]] == groups[row]).sum()) for place, row in enumerate(rows)]
    return np.sort(rows[np.argsort(turn, kind="stable")[:EXPLAINED_MEDIA]])


def truths_of(experiment: "Metabolism", rows: np.ndarray) -> list[Truths]:
    """What is solved for in each medium, once for all runs on these data.

    Runs begin at different media, so that several at once share the work.
    """
    solve = remembered(solved, experiment.cache, ignore=["graph"])
    found: dict[int, Truths] = {}
    order = np.roll(np.arange(len(rows)), -len(rows) * experiment.seed // 2)
    for done, place in enumerate(order):
        medium = experiment.dataset.media[rows[place]]
        found[int(place)] = solve(experiment.graph, experiment.graph.fingerprint, medium)
        experiment.report("deletions and flux ranges", done + 1, len(rows))
    return [found[place] for place in range(len(rows))]


def solved(graph: MetabolicGraph, fingerprint: str, medium: Medium) -> Truths:
    """Fluxes, prices and deletions; the fingerprint stands for the network where results are kept."""
    return Truths.of(graph, medium)


def scores_of(experiment: "Metabolism", model: MetabolicTransformer, uptake: Tensor) -> Attributions:
    """Attributions of the trained model, and what nodes receive before training."""
    before = attributed(untrained(experiment), uptake)["inflow"]
    return attributed(model, uptake, seed=experiment.seed) | {"untrained": before}


def untrained(experiment: "Metabolism") -> MetabolicTransformer:
    """The model of the run's seed before any step of training."""
    model = experiment.model().eval()
    assert isinstance(model, MetabolicTransformer)
    return model


def medium_table(nodes: pl.DataFrame, scores: dict[str, np.ndarray], truth: Truths) -> pl.DataFrame:
    """The nodes of one medium; what a node has not is null. The target is its flux, or its shadow price."""
    of_reactions = {"flux": np.abs(truth.flux), "unique_flux": truth.unique_flux}
    of_reactions["reaction_deletion"] = truth.reaction_deletion
    of_metabolites = {
        "shadow_price": np.abs(truth.shadow_price),
        "metabolite_deletion": truth.metabolite_deletion,
    }
    columns = {f"score/{name}": each for name, each in scores.items()}
    columns |= {
        f"truth/{k}": np.concatenate([truth.shadow_price * np.nan, v]) for k, v in of_reactions.items()
    }
    columns |= {f"truth/{k}": np.concatenate([v, truth.flux * np.nan]) for k, v in of_metabolites.items()}
    told = {
        "target": np.concatenate([truth.shadow_price, truth.flux]),
        "prediction": scores["inflow"],
        "score": scores["inflow"],
    }
    return nodes.with_columns(**{k: pl.Series(v).fill_nan(None) for k, v in columns.items()}, **told)
