"""What unrolled steps reach untrained: `uv run tools/bench_flux_steps.py [--labels FOLDER] [--split test/nutrient]`.

Growth, fluxes and flux splits of held-out media by so many steps towards fastest growth (`FluxSteps`), with nothing
learned: of the training media only the usual size of each flux is taken. Half of them are `draft_steps` and half
`projection_steps`, as in a trained model of as many steps, which this is to be held against.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from graph_attention.configuration import MediaConfig, MetabolismConfig, NetworkConfig
from graph_attention.dataset_of import dataset_of
from graph_attention.errors import MetabolicError
from graph_attention.metrics import condition_dependent, flux_q2, flux_r2, q2, signed_log, total_variation
from graph_attention.model.balance import FluxBalance
from graph_attention.model.interior import FluxSteps
from graph_attention.model.medium_bounds import MediumBounds
from graph_attention.model.solvers import OptimisingSolver, Proposal
from graph_attention.truth.dataset import FluxDataset
from graph_attention.truth.splits import producer_splits

STEPS = (20, 40, 80, 160, 320, 640)
CHUNK = 32


def fluxes(balance: FluxBalance, dataset: FluxDataset, rows: np.ndarray, steps: int) -> np.ndarray:
    """Balanced fluxes after so many steps from nothing, where what is proposed half-way is the draft itself."""
    objective = torch.from_numpy(dataset.graph.objective).float()
    solver = OptimisingSolver(balance, FluxSteps(objective, steps // 2), FluxSteps(objective, steps // 2))
    medium, nothing = MediumBounds(dataset.graph), torch.zeros_like(objective)
    found = []
    for part in _uptake(dataset, rows).split(CHUNK):
        bounds = medium(part)
        draft = solver.draft(bounds)
        found.append(solver.solve(bounds, draft, Proposal(draft.flux, nothing, nothing)).flux)
    return torch.cat(found).double().numpy()


def figures(dataset: FluxDataset, train: np.ndarray, rows: np.ndarray, flux: np.ndarray) -> Iterator[str]:
    """Growth Q², median flux Q², flux r² of media that grow, and total variation of splits that depend on media."""
    grows, growth = dataset.grows[rows], dataset.growth
    pairs, shares = dataset.splits()
    dependent = condition_dependent(shares[train], pairs.metabolite)
    yield f"{q2(growth[rows], flux[:, dataset.graph.biomass], growth[train].mean()):10.4f}"
    reference = signed_log(dataset.flux[train]).mean(0)
    yield f"{np.nanmedian(flux_q2(dataset.flux[rows], flux, reference)):10.4f}"
    yield f"{np.nanmean(flux_r2(dataset.flux[rows][grows], flux[grows])):10.4f}"
    implied = np.nan_to_num(producer_splits(dataset.graph, flux)[1])
    apart = total_variation(shares[rows][grows], implied[grows], pairs.metabolite)
    yield f"{np.nanmean(apart[:, dependent]):10.4f}"


def _uptake(dataset: FluxDataset, rows: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(dataset.media.uptake[rows]).float()


def main() -> None:
    """Print the curve."""
    parser = argparse.ArgumentParser(description="What the unrolled steps reach untrained.")
    parser.add_argument("--network", default="iJO1366")
    parser.add_argument("--labels", type=Path, help="labelled media that are there already")
    parser.add_argument("--split", default="validation/nutrient")
    parser.add_argument("--media", type=int, default=200, help="at most so many media of the split")
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS)
    arguments = parser.parse_args()
    labels = None if arguments.labels is None else str(arguments.labels)
    config = MetabolismConfig(network=NetworkConfig(name=arguments.network), media=MediaConfig(labels=labels))
    dataset = dataset_of(config)
    if not isinstance(dataset, FluxDataset):
        raise MetabolicError("expected media labelled with fluxes; got a table of growth alone")
    splits = dataset.media.split(seed=config.media.seed, held_out=config.media.held_out)
    train, rows = splits["train"], splits[arguments.split]
    rows = rows[:: max(1, len(rows) // arguments.media)][: arguments.media]
    balance = FluxBalance(dataset.graph, np.sqrt(np.square(dataset.flux[train]).mean(0)))
    print(f"{dataset}: {len(rows)} media of {arguments.split}, one thread")
    print(
        f"{'steps':>6}{'growth Q²':>10}{'flux Q²':>10}{'flux r²':>10}{'split TV':>10}{'CPU ms':>10}   (per medium)"
    )
    torch.set_num_threads(1)
    for steps in arguments.steps:
        began = time.process_time()
        with torch.no_grad():
            flux = fluxes(balance, dataset, rows, steps)
        spent = 1000 * (time.process_time() - began) / len(rows)
        print(f"{steps:>6}{''.join(figures(dataset, train, rows, flux))}{spent:>10.1f}", flush=True)


if __name__ == "__main__":
    main()
