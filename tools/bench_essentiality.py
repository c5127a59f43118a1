"""Essential genes read from the nodes of a trained run: `uv run tools/bench_essentiality.py RUN [--steps 150]`.

The run's nodes on the network's own medium are frozen, and an `EssentialityHead` learns from them which genes growth
needs, in the folds of genes that `TopologyForest` is scored on (`bench_metabolic_baselines.py genes`): those that a
chain of reactions links are in one. Two tracks: nodes alone, which hold the fluxes that the model itself drafted, and
nodes beside the flux that flux balance analysis gives the unharmed cell. Beside them the same head on the nodes of an
untrained model, and the forest without and with that flux. Intervals are 95 % bootstraps over groups of linked genes,
of the mean over `--seeds`, which draw folds and weights.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from bench_metabolic_baselines import estimate, short
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention import Medium, MetabolicGraph, pfba
from graph_attention.baselines import TRACKS, GeneFeatures, TopologyForest
from graph_attention.baselines.topology_forest import essential_genes
from graph_attention.metrics import auprc, auroc
from graph_attention.model.heads import EssentialityHead, lost_reactions
from graph_attention.model.losses import essentiality_loss
from graph_attention.model.transformer import MetabolicTransformer
from graph_attention.network_of import whole_network
from graph_attention.truth.deletions import gene_deletions
from graph_attention.truth.flux_balance import FluxSolution
from searchlight import console
from searchlight.configuration import TrainingConfig
from searchlight.experiments.metabolism import Metabolism
from searchlight.runs import open_run, trained_model
from searchlight.training import Batch, Batches, fit

Said = list[Float[np.ndarray, " genes"]]
"""A score of each gene, higher where it is essential, by seed."""


@dataclass(frozen=True)
class Genes:
    """Genes of a network on its own medium, and which of them growth needs."""

    graph: MetabolicGraph

    @cached_property
    def medium(self) -> Medium:
        """The network's own."""
        return Medium.default(self.graph)

    @cached_property
    def features(self) -> GeneFeatures:
        """What the forest sees; it knows which genes are linked."""
        return GeneFeatures(self.graph, self.medium.bounds(self.graph))

    @cached_property
    def unharmed(self) -> FluxSolution:
        """Growth and fluxes with all genes, mmol/gDW/h."""
        return pfba(self.graph, self.medium)

    @cached_property
    def essential(self) -> np.ndarray:
        """By gene, whether growth stops without it."""
        return essential_genes(gene_deletions(self.graph, self.medium), self.unharmed.growth)

    def row(self, name: str, said: Said, sees: str) -> list[str]:
        """AUPRC and AUROC of the mean seed, with whole groups of linked genes drawn again."""

        def figure(of) -> str:
            mean = lambda drawn: float(np.mean([of(self.essential[drawn], each[drawn]) for each in said]))  # noqa: E731
            return short(estimate(mean, self.features.linked))

        return [name, figure(auprc), figure(auroc), sees]


@torch.no_grad()
def states(model: MetabolicTransformer, genes: Genes) -> Float[Tensor, "reactions dim"]:
    """The reactions' nodes after the last layer, on the network's own medium."""
    offered = genes.medium.on(model.graph).uptake
    uptake = [offered.get(name, 0.0) for name in model.graph.reactions["id"][model.graph.exchanges]]
    return model.eval()(torch.tensor([uptake])).nodes[0, len(model.graph.metabolites) :]


def with_flux(nodes: Tensor, genes: Genes, graph: MetabolicGraph) -> Tensor:
    """Nodes beside the logarithm of the flux that each reaction carries in the unharmed cell, and whether it does."""
    size = np.abs(genes.unharmed.flux[[genes.graph.reaction_index[name] for name in graph.reactions["id"]]])
    told = np.stack([np.log1p(size), size > 1e-9], -1)
    return torch.cat([nodes, torch.from_numpy(told).float()], -1)


def read(nodes: Tensor, genes: Genes, graph: MetabolicGraph, seed: int, steps: int) -> np.ndarray:
    """The logit of every gene, by a head that learned from genes that are linked to none of its fold."""
    ids, found = genes.features.ids, np.zeros(len(genes.essential))
    lost, target = lost_reactions(graph, ids), torch.from_numpy(genes.essential).float()
    nodes = (nodes - nodes.mean(0)) / nodes.std(0).clamp_min(1e-6)
    for learned, asked in TopologyForest().parts(genes.features, genes.essential, seed):
        head = trained(nodes, lost, target, torch.from_numpy(learned), seed, steps)
        with torch.no_grad():
            found[asked] = head(nodes[None], lost, len(ids))[0].numpy()[asked]
    return found


def trained(
    nodes: Tensor, lost: tuple[Tensor, Tensor], target: Tensor, learned: Tensor, seed: int, steps: int
) -> nn.Module:
    """A head after so many steps on the genes of a fold's others, all of them in each."""
    torch.manual_seed(seed)
    head = EssentialityHead(nodes.shape[-1])

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        logits = model(nodes[None], lost, len(target))[:, batch["ids"]]
        return essentiality_loss(logits, target[None, batch["ids"]])

    def draw(_: int) -> Iterator[Batch]:
        return ({"ids": learned} for _ in range(steps))

    settings = TrainingConfig(epochs=1, batch_size=len(learned), learning_rate=0.01, device="cpu")
    fit(head, loss, Batches(steps, draw), settings)
    return head.eval()


def show(experiment: Metabolism, model: MetabolicTransformer, seeds: Sequence[int], steps: int) -> None:
    """One row for each of what is read from."""
    genes, graph = Genes(whole_network(experiment.config.network)), model.graph
    untrained = experiment.model()
    assert isinstance(untrained, MetabolicTransformer)
    rows = []
    for name, each in (("run", model), ("untrained model", untrained)):
        nodes = states(each, genes)
        for told, seen in (
            (nodes, "nodes"),
            (with_flux(nodes, genes, graph), "nodes, flux of the unharmed cell"),
        ):
            rows.append(
                genes.row(f"head, {name}", [read(told, genes, graph, seed, steps) for seed in seeds], seen)
            )
    for track in TRACKS:
        forest = TopologyForest(track)
        said = [forest.held_out(genes.features, genes.essential, genes.unharmed.flux, seed) for seed in seeds]
        rows.append(genes.row(f"forest, {track}", said, TRACKS[track]))
    title = (
        f"essential genes of {genes.graph.name} on its own medium: {genes.essential.sum()} of {len(genes.essential)} "
        f"(AUPRC of chance {genes.essential.mean():.3f}), five folds over {len(np.unique(genes.features.linked))} "
        f"groups of linked genes, mean of {len(seeds)} seeds"
    )
    console.show_table(["", "AUPRC", "AUROC", "what it sees"], rows, title=title, words=(0, 3))


def main() -> None:
    """Print the table of a run."""
    parser = argparse.ArgumentParser(description="Essential genes, read from the nodes of a trained run.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, default=150, help="of the head, in each fold")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    torch.set_num_threads(1)
    experiment, model = trained_model(*open_run(options.run))
    if not isinstance(experiment, Metabolism) or not isinstance(model, MetabolicTransformer):
        parser.error(f"{options.run} is no run of a metabolic transformer")
    show(experiment, model, options.seeds, options.steps)


if __name__ == "__main__":
    main()
