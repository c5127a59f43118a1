"""A trained run on another network, without learning there: `uv run tools/bench_transfer.py RUN [--network iYS1720]`.

Weights move as they are, numbers of single reactions by id (`transfer.moved`). Growth, fluxes and splits of media drawn
for the other network, labelled there, beside the same steps with nothing learned and nothing known of usual fluxes.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from attention_core import EdgeMap
from graph_attention import FluxDataset, MetabolicGraph, learning_media
from graph_attention.configuration import MediaConfig, ModelConfig
from graph_attention.metrics import auroc, condition_dependent, flux_r2, q2, total_variation
from graph_attention.model.factory import transformer_of
from graph_attention.model.transfer import moved, pathways_of

if TYPE_CHECKING:
    from graph_attention.model.transformer import MetabolicTransformer

CHUNK = 16
HEADER = f"{'':<28}{'growth Q²':>10}{'flux r²':>10}{'split TV':>10}{'AUROC':>10}"


def labelled(network: str, count: int, seed: int) -> FluxDataset:
    """Media of another network with their labels, pruned to what can carry flux, with subsystems borrowed."""
    whole = MetabolicGraph.bundled(network)
    media = learning_media(whole, MediaConfig(count=count, seed=seed))
    return FluxDataset.make(whole, media, jobs=1).on(whole.prune_blocked())


@torch.no_grad()
def row(what: str, model: "MetabolicTransformer", dataset: FluxDataset) -> str:
    """Figures of a model on all media of a data set."""
    uptake = torch.from_numpy(dataset.media.uptake).float()
    outputs = [model(part) for part in uptake.split(CHUNK)]
    growth = torch.cat([each.growth for each in outputs]).double().numpy()
    flux = torch.cat([each.flux for each in outputs]).double().numpy()
    logits = torch.cat([each.logits for each in outputs]).double().numpy()
    maps = [each.splits.producers.attention for each in outputs]
    shares = torch.cat([each.weights for each in maps if isinstance(each, EdgeMap)])[..., 0].double().numpy()
    pairs, truth = dataset.splits()
    grows = dataset.grows
    apart = total_variation(truth[grows], shares[grows], pairs.metabolite)
    dependent = condition_dependent(truth[grows], pairs.metabolite)
    figures = (
        q2(dataset.growth, growth, dataset.growth.mean()),
        np.nanmean(flux_r2(dataset.flux[grows], flux[grows])),
        np.nanmean(apart[:, dependent]),
        auroc(grows, logits),
    )
    return f"{what:<28}" + "".join(f"{figure:10.4f}" for figure in figures)


def compare(model: "MetabolicTransformer", config: ModelConfig, dataset: FluxDataset) -> None:
    """Print the moved model beside one that has learned nothing."""
    there = moved(model, config, dataset.graph)
    print(f"{dataset}\n{there}\n{HEADER}")
    torch.manual_seed(0)
    names = pathways_of(model) or None
    print(
        row("steps alone, nothing known", transformer_of(there.model.graph, config, pathways=names), dataset)
    )
    print(row(f"moved from {model.graph.name}", there.model.eval(), dataset))


def main() -> None:
    """Print the table of a run."""
    from searchlight.runs import open_run, trained_model

    parser = argparse.ArgumentParser(description="A trained run on another network, without learning there.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--network", default="iYS1720")
    parser.add_argument("--media", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    run, resolved = open_run(options.run)
    _, model = trained_model(run, resolved)
    compare(model, resolved.config.model, labelled(options.network, options.media, options.seed))


if __name__ == "__main__":
    main()
