"""The models that COBRApy brings along, parsed once and then read from a cache."""

import hashlib
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path

from graph_attention.errors import MetabolicError
from graph_attention.network.cobra_models import cobra_reader, from_cobra
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.storage import SCHEMA_VERSION, read_network, write_network
from graph_attention.network.tables import unknown

BUNDLED = {"e_coli_core": "textbook.xml.gz", "iJO1366": "iJO1366.xml.gz", "iYS1720": "salmonella.xml.gz"}
DONOR = "iJO1366"
"""The bundled model that names its subsystems; the others borrow them."""


def bundled(name: str, cache: Path | None = None) -> MetabolicGraph:
    """A model from the files of the installed COBRApy, parsed once and then read from the cache.

    Args:
        name: e_coli_core, iJO1366 or iYS1720.
        cache: folder to keep it in; the user's cache folder of searchlight where not given. A kept network goes
            by the content of the model's file, so that another file never answers. It can be deleted any time.

    Raises:
        MetabolicError: there is no such model, or COBRApy is not installed.
    """
    if name not in BUNDLED:
        raise unknown("bundled model", name, list(BUNDLED))
    folder = user_cache_path("searchlight") if cache is None else Path(cache)
    graph = _kept(name, folder)
    return graph if name == DONOR else graph.borrow_subsystems(_kept(DONOR, folder))


def _kept(name: str, cache: Path) -> MetabolicGraph:
    file = _model_file(BUNDLED[name])
    key = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    path = cache / "networks" / f"{name}-{key}-v{SCHEMA_VERSION}.npz"
    if not path.exists():
        model = cobra_reader("read_sbml_model")(str(file))
        write_network(path, replace(from_cobra(model), name=name))
    return read_network(path)


def _model_file(name: str) -> Path:
    found = find_spec("cobra")
    if found is None or not found.submodule_search_locations:
        raise MetabolicError("the bundled models come with COBRApy; install graph-attention[cobra]")
    return Path(found.submodule_search_locations[0]) / "data" / name
