"""What is lost with the reactions that no training medium uses: `uv run tools/bench_active_network.py [PRESET]`.

The network is cut to what carries a flux in some labelled training medium (`MetabolicGraph.keep_active`), and flux
balance analysis asks it again for the growth on every medium on which the whole one grows, split by split.
"""

import argparse

import numpy as np

from graph_attention import MetabolicGraph, fba
from graph_attention.network.blocked import TOLERANCE
from graph_attention.truth.dataset import FluxDataset
from searchlight import console
from searchlight.caching import cache_folder
from searchlight.configuration import load_config
from searchlight.experiments.metabolism import Metabolism

LOST = {"no growth is left": 0.0, "more than a tenth is lost": 0.9}
"""Shares of its growth that a medium keeps at most."""


def asked(dataset: FluxDataset, part: MetabolicGraph, rows: np.ndarray) -> dict[str, int]:
    """How many media of a split grow, need a reaction that is gone, and lose growth."""
    rows = rows[dataset.growth[rows] > TOLERANCE]
    gone = ~dataset.graph.reactions["id"].is_in(part.reactions["id"].to_list()).to_numpy()
    need = (np.abs(dataset.flux[rows]) > TOLERANCE)[:, gone].any(1)
    growth = np.array([fba(part, dataset.media[int(row)]).growth for row in rows])
    kept = np.where(growth > TOLERANCE, growth / dataset.growth[rows], 0.0)
    counts = {what: int((kept <= share).sum()) for what, share in LOST.items()}
    return {"media that grow": len(rows), "label uses what is gone": int(need.sum()), **counts}


def main() -> None:
    """Print the two networks, and one line for each split."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("preset", nargs="?", default="metabolism/flux_split")
    experiment = Metabolism(load_config(parser.parse_args().preset).config, cache=cache_folder())
    dataset = experiment.dataset
    assert isinstance(dataset, FluxDataset), "a table of growth knows no fluxes"
    part = dataset.graph.keep_active(dataset.flux[experiment.splits["train"]])
    console.say(f"{dataset.graph}\n{part}")
    for split, rows in experiment.splits.items():
        found = asked(dataset, part, rows)
        console.say(f"{split:<20} " + ", ".join(f"{what} {count}" for what, count in found.items()))


if __name__ == "__main__":
    main()
