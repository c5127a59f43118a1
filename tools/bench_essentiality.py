"""Essential genes read from the nodes of trained runs: `uv run tools/bench_essentiality.py RUN... [--steps 150]`.

A run's nodes on the network's own medium are frozen, and an `EssentialityHead` learns from them which genes growth
needs, in the folds of genes that `TopologyForest` is scored on (`bench_metabolic_baselines.py genes`): those that a
chain of reactions links are in one. Two tracks: nodes alone, which hold the fluxes that the model itself drafted, and
nodes beside the flux that flux balance analysis gives the unharmed cell. Beside them the same head on the nodes of an
untrained model of its seed, and the forest without and with that flux. Figures are means over `--seeds`, which draw
folds and heads. Intervals are 95 %: of one run, and of the forest, bootstraps over groups of linked genes; of several
runs t intervals over runs, with how much trained nodes gain over untrained ones, paired by run.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch
from bench_metabolic_baselines import estimate, short
from jaxtyping import Float
from torch import Tensor, nn

from analysis import mean_estimate
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
"""A score of each gene, higher where it is essential, by seed of folds and heads."""
FIGURES: tuple[Callable[..., float], ...] = (auprc, auroc)
NODES, BESIDE_FLUX = "nodes", "nodes, flux of the unharmed cell"


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

    def figure(self, of: Callable[..., float], said: Said, drawn: np.ndarray | slice = slice(None)) -> float:
        """The mean seed's, of all genes or of those that were drawn."""
        return float(np.mean([of(self.essential[drawn], each[drawn]) for each in said]))

    def row(self, name: str, said: Said, sees: str) -> list[str]:
        """The figures of one network, with whole groups of linked genes drawn again."""
        found = [estimate(partial(self.figure, of, said), self.features.linked) for of in FIGURES]
        return [name, *map(short, found), sees]


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


def heads(
    model: MetabolicTransformer, genes: Genes, seeds: Sequence[int], steps: int
) -> Iterator[tuple[str, Said]]:
    """What is seen, and what heads say that see it."""
    nodes = states(model, genes)
    for sees, told in ((NODES, nodes), (BESIDE_FLUX, with_flux(nodes, genes, model.graph))):
        yield sees, [read(told, genes, model.graph, seed, steps) for seed in seeds]


def rows_of_runs(
    genes: Genes, trained: Sequence[dict[str, Said]], untrained: Sequence[dict[str, Said]]
) -> Iterator[list[str]]:
    """Heads on trained nodes and on untrained ones, and, of several runs, what the first gain."""
    for sees in (NODES, BESIDE_FLUX):
        both = {"head, run": trained, "head, untrained model": untrained}
        if len(trained) == 1:
            yield from (genes.row(name, each[0][sees], sees) for name, each in both.items())
            continue
        values = {
            name: [[genes.figure(of, said[sees]) for said in each] for of in FIGURES]
            for name, each in both.items()
        }
        run, before = values.values()
        values["gain of trained nodes"] = (np.array(run) - np.array(before)).tolist()
        for name, each in values.items():
            yield [name, *(short(mean_estimate(of_runs)) for of_runs in each), sees]


def show(runs: Sequence[tuple[Metabolism, MetabolicTransformer]], seeds: Sequence[int], steps: int) -> None:
    """One row for each of what is read from."""
    genes = Genes(whole_network(runs[0][0].config.network))
    before = [experiment.model() for experiment, _ in runs]
    asked = [
        [model for _, model in runs],
        [each for each in before if isinstance(each, MetabolicTransformer)],
    ]
    trained, untrained = ([dict(heads(each, genes, seeds, steps)) for each in models] for models in asked)
    rows = list(rows_of_runs(genes, trained, untrained))
    for track in TRACKS:
        forest = TopologyForest(track)
        said = [forest.held_out(genes.features, genes.essential, genes.unharmed.flux, seed) for seed in seeds]
        rows.append(genes.row(f"forest, {track}", said, TRACKS[track]))
    title = (
        f"essential genes of {genes.graph.name} on its own medium: {genes.essential.sum()} of {len(genes.essential)} "
        f"(AUPRC of chance {genes.essential.mean():.3f}), five folds over {len(np.unique(genes.features.linked))} "
        f"groups of linked genes, {len(runs)} runs, mean of {len(seeds)} seeds of folds and heads"
    )
    console.show_table(["", "AUPRC", "AUROC", "what it sees"], rows, title=title, words=(0, 3))


def main() -> None:
    """Print the table of some runs."""
    parser = argparse.ArgumentParser(description="Essential genes, read from the nodes of trained runs.")
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--steps", type=int, default=150, help="of the head, in each fold")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    torch.set_num_threads(1)
    runs = []
    for path in options.runs:
        experiment, model = trained_model(*open_run(path))
        if not isinstance(experiment, Metabolism) or not isinstance(model, MetabolicTransformer):
            parser.error(f"{path} is no run of a metabolic transformer")
        runs.append((experiment, model))
    show(runs, options.seeds, options.steps)


if __name__ == "__main__":
    main()
