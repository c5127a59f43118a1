"""What trained networks lose without attention: `uv run tools/bench_closed_edges.py RUN [RUN ...]`.

Every edge but a node's own is closed in every layer, and the media with held-out nutrients that explanations rest on
are answered again by the same weights. Networks that learnt with these edges are damaged by it, so that what they lose
is no estimate of what a network would lack that never had them. Means over the runs, 95 % intervals over them.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl
import torch

from analysis import mean_estimate
from attention_core import EdgeMap
from searchlight import console
from searchlight.experiments.metabolism import Metabolism
from searchlight.experiments.metabolism_deletion import restricted, table
from searchlight.experiments.metabolism_explanation import chosen
from searchlight.experiments.restrictions import Restriction
from searchlight.results import short
from searchlight.runs import open_run, trained_model

SPLIT = "test/nutrient"
INTACT, CLOSED = Restriction("intact", 0.0, 0), Restriction("top", 1.0, 0)
COLUMNS = {
    "flux_r2": "flux r² within a medium",
    "growth_error": "absolute error of growth, 1/h",
    "split_tv_dependent": "split TV, condition-dependent",
}
CHANGE = "change of the signed log of fluxes, share of its variance"


@torch.no_grad()
def figures(path: Path) -> dict[tuple[str, str], float]:
    """Means over the media of one run, intact and closed, and how far its fluxes move."""
    run, resolved = open_run(path)
    experiment, model = trained_model(run, resolved)
    assert isinstance(experiment, Metabolism), f"{path} is a run of {resolved.system}"
    rows = chosen(experiment, SPLIT)
    uptake = experiment.uptake(rows)
    maps = [each for each in model(uptake).attention if isinstance(each, EdgeMap)]
    outputs = [restricted(model, uptake, maps, each) for each in (INTACT, CLOSED)]
    tables = [table(experiment, SPLIT, rows, each) for each in outputs]
    whole, left = (torch.sign(each.flux) * torch.log1p(each.flux.abs()) for each in outputs)
    told = {
        (words, which): mean(each[column])
        for column, words in COLUMNS.items()
        for which, each in zip(("intact", "closed"), tables, strict=True)
    }
    moved = (whole - left).square().sum() / (whole - whole.mean()).square().sum()
    return {**told, (CHANGE, "closed"): float(moved)}


def mean(column: pl.Series) -> float:
    """Of the media that have it."""
    return float(np.nanmean(column.to_numpy()))


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    found = [figures(path) for path in parser.parse_args().runs]
    console.say(f"{len(found)} runs, {SPLIT}")
    for words, which in found[0]:
        value = mean_estimate([each[words, which] for each in found]).within(0, np.inf)
        console.say(f"{words:<58} {which:<7} {short(value)}")


if __name__ == "__main__":
    main()
