"""The labelled media that settings ask for."""

import hashlib
from pathlib import Path

from platformdirs import user_cache_path

from graph_attention.configuration import MediaConfig
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.dataset import FluxDataset, is_complete
from graph_attention.truth.flux_balance import TIE_BREAK
from graph_attention.truth.labelling import PROCESSES, Report, silent
from graph_attention.truth.learning_media import IDLE_EVERY, SOLE, learning_media
from graph_attention.truth.linear_program import SOLVER


def labelled_media(
    graph: MetabolicGraph,
    config: MediaConfig,
    cache: Path | None = None,
    *,
    jobs: int = 2,
    backend: str = PROCESSES,
    report: Report = silent,
) -> FluxDataset:
    """The media of `learning_media` with their labels, drawn and solved once and then read from the cache.

    Args:
        graph: the network.
        config: how the media are drawn; its `labels` and `growth_table` do not count, nor what is held out.
        cache: folder to keep them in; the user's cache folder of searchlight where not given.
        jobs: processes at once.
        backend: joblib's name of where they run; "dask" for a connected cluster.
        report: is told what is done, how much, and of how much.
    """
    drawn = [getattr(config, name) for name in DRAWN]
    key = hashlib.sha256(
        repr((graph.fingerprint, drawn, SOLE, IDLE_EVERY, TIE_BREAK, SOLVER)).encode()
    ).hexdigest()[:24]
    folder = (user_cache_path("searchlight") if cache is None else Path(cache)) / "fluxes" / key
    if is_complete(folder):
        return FluxDataset.load(folder)
    media = learning_media(graph, config)
    return FluxDataset.make(graph, media, folder, seed=config.seed, jobs=jobs, backend=backend, report=report)


DRAWN = ("count", "most_sources", "uptake", "per", "anaerobic", "variants", "seed")
"""The settings that the media depend on."""
