"""From settings to labelled media. Imports no torch."""

from pathlib import Path

from joblib import cpu_count

from graph_attention.configuration import MetabolismConfig
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network_of import network_of, whole_network
from graph_attention.truth.dataset import FluxDataset
from graph_attention.truth.growth_table import GrowthTable
from graph_attention.truth.labelled_media import labelled_media
from graph_attention.truth.labelling import Report, silent

WORTH_A_PROCESS = 100_000
"""Media × reactions that keep a process busy for longer than it takes to start."""


def dataset_of(
    config: MetabolismConfig, cache: Path | None = None, report: Report = silent
) -> FluxDataset | GrowthTable:
    """The media of an experiment with growth and fluxes, on its pruned network; solved once and then read.

    A table of measured growth knows no fluxes.

    Args:
        config: network and media.
        cache: folder to keep labels in; the user's cache folder of searchlight where not given.
        report: is told what is done, how much, and of how much.

    Raises:
        MetabolicError: the network cannot be read or grows on nothing, or labels or table do not fit it.
    """
    return _whole(config, cache, report).on(network_of(config.network, cache))


def _whole(config: MetabolismConfig, cache: Path | None, report: Report) -> FluxDataset | GrowthTable:
    if config.media.labels is not None:
        return FluxDataset.load(Path(config.media.labels))
    graph = whole_network(config.network, cache)
    if config.media.growth_table is not None:
        return GrowthTable.read(Path(config.media.growth_table), graph)
    return labelled_media(
        graph, config.media, cache, jobs=processes(graph, config.media.count), report=report
    )


def processes(graph: MetabolicGraph, media: int) -> int:
    """How many processes are worth their start, as far as there are cores."""
    return min(cpu_count(), 1 + media * len(graph.reactions) // WORTH_A_PROCESS)
