"""From settings to the network that they name. Imports no torch."""

import hashlib
from pathlib import Path

from platformdirs import user_cache_path

from graph_attention.configuration import BUNDLED, NetworkConfig
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.storage import SCHEMA_VERSION, read_network, write_network


def network_of(config: NetworkConfig, cache: Path | None = None) -> MetabolicGraph:
    """The network of an experiment, pruned as it asks for; a pruned one is kept in the cache.

    Args:
        config: bundled name or file, and how it is pruned.
        cache: folder to keep it in; the user's cache folder of searchlight where not given.

    Raises:
        MetabolicError: there is no such file, it is no model, or COBRApy is not installed.
    """
    whole = whole_network(config, cache)
    if config.prune == "nothing":
        return whole
    folder = user_cache_path("searchlight") if cache is None else Path(cache)
    key = hashlib.sha256(f"{whole.fingerprint} {config.prune} {SCHEMA_VERSION}".encode()).hexdigest()[:16]
    path = folder / "networks" / f"{whole.name}-{config.prune}-{key}.npz"
    if not path.exists():
        write_network(path, whole.prune_blocked())
    return read_network(path)


def whole_network(config: NetworkConfig, cache: Path | None = None) -> MetabolicGraph:
    """The network as its file has it."""
    if config.name in BUNDLED:
        return MetabolicGraph.bundled(config.name, cache)
    path = Path(config.name)
    return MetabolicGraph.from_json(path) if path.suffix == ".json" else MetabolicGraph.from_sbml(path)
