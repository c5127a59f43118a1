"""What labelling media costs: `uv run tools/bench_media.py [--network iJO1366] [--media 60] [--cobra 10]`.

CPU seconds of one thread for each medium, beside COBRApy's own solver on the first of the same media in the same run,
how far the two growths differ at most, and the time of 2000 media in two processes that this projects.
"""

import argparse
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import cobra
import numpy as np
from cobra import Model, Solution
from cobra.exceptions import OptimizationError
from cobra.flux_analysis import pfba as cobra_pfba
from cobra.io import read_sbml_model

from graph_attention import Medium, MediumSet, MetabolicGraph, base_medium, fba, learning_media, pfba
from graph_attention.configuration import MediaConfig
from graph_attention.network.bundled import BUNDLED
from graph_attention.truth.linear_program import SOLVER
from graph_attention.truth.nutrients import candidates
from graph_attention.truth.recipes import supporting

Found = TypeVar("Found")
WANTED, TARGET_MINUTES, PROCESSES = 2000, 6, 2


def seconds(work: Callable[[], Found]) -> tuple[float, Found]:
    """CPU seconds of a call, and what it returned."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def cobra_growth(model: Model, biomass: str, medium: Medium, solve: Callable[[Model], Solution]) -> float:
    """Growth by COBRApy; 0 where the medium is infeasible."""
    with model:
        model.medium = dict(medium.uptake)
        try:
            return float(solve(model).fluxes[biomass])
        except OptimizationError:
            return 0.0


def beside(what: str, ours: float, theirs: float | None = None) -> None:
    """One line of the table."""
    ratio = f"{theirs:>10.3f} s{theirs / ours:>8.1f} ×" if theirs else ""
    print(f"{what:<44}{ours:>10.3f} s{ratio}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What labelling media costs.")
    parser.add_argument("--network", choices=list(BUNDLED), default="iJO1366")
    parser.add_argument("--media", type=int, default=60, help="media that are timed")
    parser.add_argument("--cobra", type=int, default=10, help="how many of them COBRApy solves too")
    options = parser.parse_args()
    logging.getLogger("cobra").setLevel(logging.ERROR)
    graph = MetabolicGraph.bundled(options.network)
    model = read_sbml_model(str(Path(cobra.__file__).parent / "data" / BUNDLED[options.network]))
    carbon = candidates(graph, "C", base_medium(graph).uptake)
    drawing, _ = seconds(lambda: supporting(graph, carbon))
    media = learning_media(graph, MediaConfig(count=options.media))
    print(f"{graph.name}, CPU time for each medium, {SOLVER}")
    print(f"{'':<44}{'here':>12}{'COBRApy':>12}{'ratio':>10}")
    label = each_cost(graph, media, model, media.media[: options.cobra])
    total = drawing + WANTED * label
    print(f"{f'growth on each of {len(carbon)} carbon sources, once':<44}{drawing:>10.1f} s")
    print(f"{f'{WANTED} media, all together':<44}{total:>10.0f} s")
    projected = (drawing + WANTED * label / PROCESSES) / 60
    what = f"{WANTED} media, {PROCESSES} processes on a core each"
    print(f"{what:<44}{projected:>8.1f} min, target {TARGET_MINUTES} min")


def each_cost(graph: MetabolicGraph, media: MediumSet, model: Model, compared: Sequence[Medium]) -> float:
    """Print what growth and labels of a medium cost here and there; CPU seconds of the label here."""
    label, biomass = 0.0, graph.reactions["id"][graph.biomass]
    for what, ours, theirs in (
        ("growth (FBA)", fba, lambda model: model.optimize(raise_error=True)),
        ("label (FBA, then parsimonious FBA)", pfba, cobra_pfba),
    ):
        spent, solved = seconds(lambda ours=ours: [ours(graph, medium) for medium in media])
        label = spent / len(media)
        there, growths = seconds(
            lambda theirs=theirs: [cobra_growth(model, biomass, each, theirs) for each in compared]
        )
        beside(what, label, there / len(compared))
        gap = np.abs(np.array([each.growth for each in solved[: len(compared)]]) - growths).max()
        print(f"{'  largest difference of growth, per hour':<44}{gap:>10.1e}")
    return label


if __name__ == "__main__":
    main()
