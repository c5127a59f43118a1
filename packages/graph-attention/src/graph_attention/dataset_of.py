"""From settings to labelled media. Imports no torch."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from joblib import cpu_count
from platformdirs import user_cache_path

from graph_attention.configuration import MediaConfig, MetabolismConfig
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network_of import network_of, whole_network
from graph_attention.truth.dataset import ORIGIN, FluxDataset
from graph_attention.truth.labelling import Report, silent
from graph_attention.truth.learning_media import learning_media
from graph_attention.truth.linear_program import SOLVER

RECIPE = 1
"""Counted up when the same settings come to mean other media."""
WORTH_A_PROCESS = 100_000
"""Media × reactions that keep a process busy for longer than it takes to start."""


def dataset_of(config: MetabolismConfig, cache: Path | None = None, report: Report = silent) -> FluxDataset:
    """The media of an experiment with growth and fluxes, on its pruned network; solved once and then read.

    Args:
        config: network and media.
        cache: folder to keep labels in; the user's cache folder of searchlight where not given.
        report: is told what is done, how much, and of how much.

    Raises:
        MetabolicError: the network cannot be read, grows on nothing, or a folder of labels is of another one.
    """
    graph = network_of(config.network, cache)
    if config.media.labels is not None:
        return FluxDataset.load(Path(config.media.labels)).on(graph)
    return labelled(whole_network(config.network, cache), config.media, cache, report).on(graph)


def labelled(graph: MetabolicGraph, config: MediaConfig, cache: Path | None, report: Report) -> FluxDataset:
    """The labels in the cache, made where they are not there."""
    root = user_cache_path("searchlight") if cache is None else Path(cache)
    folder = root / "fluxes" / f"{graph.name}-{labels_key(graph, config)}"
    if (folder / ORIGIN).exists():
        return FluxDataset.load(folder)
    media = learning_media(graph, config)
    jobs = min(cpu_count(), 1 + len(media) * len(graph.reactions) // WORTH_A_PROCESS)
    return FluxDataset.make(graph, media, folder, seed=config.seed, jobs=jobs, report=report)


def labels_key(graph: MetabolicGraph, config: MediaConfig) -> str:
    """What labels depend on, as a name; which of them are held out does not change them."""
    settings = {name: value for name, value in asdict(config).items() if name not in NOT_LABELS}
    parts = (graph.fingerprint, json.dumps(settings, sort_keys=True), SOLVER, RECIPE)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


NOT_LABELS = ("held_out", "labels", "growth_table")
