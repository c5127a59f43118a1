"""Where networks come from: COBRApy's models, SBML and JSON files, and the models that COBRApy brings along."""

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.storage import SCHEMA_VERSION, read_network, write_network
from graph_attention.network.tables import METABOLITES, REACTIONS, named, table_of, unknown

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


def from_cobra(model: Any) -> MetabolicGraph:
    """The network of a `cobra.Model`. Reactions without metabolites are left out and listed in `excluded`.

    Raises:
        MetabolicError: the model maximises nothing, or its parts do not fit together.
    """
    empty = [reaction.id for reaction in model.reactions if not reaction.metabolites]
    reactions = [reaction for reaction in model.reactions if reaction.metabolites]
    excluded = (f"{len(empty)} reactions without metabolites: {named(empty)}",) if empty else ()
    return MetabolicGraph(
        model.id or "unnamed",
        _stoichiometry(model, reactions),
        table_of(METABOLITES, _metabolite_columns(model)),
        table_of(REACTIONS, _reaction_columns(model, reactions)),
        excluded,
    )


def from_file(path: Path, reader: str) -> MetabolicGraph:
    """The network of a file, by the function of `cobra.io` that reads it.

    Raises:
        MetabolicError: COBRApy is not installed, there is no such file, or it is no model (see `from_cobra`).
    """
    read = _cobra_reader(reader)
    if not path.is_file():
        raise MetabolicError(f"{path}: expected a model file, found none")
    try:
        model = read(str(path))
    except Exception as error:  # libSBML, JSON and COBRApy each raise their own
        reason = " ".join(str(error.__cause__ or error).split())[:200]
        raise MetabolicError(f"{path}: not a model that cobra.io.{reader} reads: {reason}") from error
    return from_cobra(model)


def _kept(name: str, cache: Path) -> MetabolicGraph:
    file = _model_file(BUNDLED[name])
    key = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    path = cache / "networks" / f"{name}-{key}-v{SCHEMA_VERSION}.npz"
    if not path.exists():
        write_network(path, _renamed(from_cobra(_cobra_reader("read_sbml_model")(str(file))), name))
    return read_network(path)


def _renamed(graph: MetabolicGraph, name: str) -> MetabolicGraph:
    return MetabolicGraph(name, graph.stoichiometry, graph.metabolites, graph.reactions, graph.excluded)


def _model_file(name: str) -> Path:
    found = find_spec("cobra")
    if found is None or not found.submodule_search_locations:
        raise MetabolicError("the bundled models come with COBRApy; install graph-attention[cobra]")
    return Path(found.submodule_search_locations[0]) / "data" / name


def _cobra_reader(name: str) -> Callable[[str], Any]:
    try:
        import cobra.io  # slow, and only parsing needs it
    except ImportError:
        raise MetabolicError("models are read by COBRApy; install graph-attention[cobra]") from None
    return getattr(cobra.io, name)


def _stoichiometry(model: Any, reactions: list[Any]) -> sparse.csr_array:
    row = {metabolite.id: index for index, metabolite in enumerate(model.metabolites)}
    entries = [
        (row[metabolite.id], column, float(coefficient))
        for column, reaction in enumerate(reactions)
        for metabolite, coefficient in reaction.metabolites.items()
    ]
    rows, columns, values = np.array(entries).reshape(-1, 3).T
    shape = (len(row), len(reactions))
    return sparse.csr_array((values, (rows.astype(np.int64), columns.astype(np.int64))), shape=shape)


def _metabolite_columns(model: Any) -> dict[str, list[Any]]:
    listed = list(model.metabolites)
    return {
        "id": [metabolite.id for metabolite in listed],
        "name": [metabolite.name or "" for metabolite in listed],
        "formula": [metabolite.formula or "" for metabolite in listed],
        "charge": [None if metabolite.charge is None else int(metabolite.charge) for metabolite in listed],
        "compartment": [metabolite.compartment or "" for metabolite in listed],
    }


def _reaction_columns(model: Any, reactions: list[Any]) -> dict[str, list[Any]]:
    return {
        "id": [reaction.id for reaction in reactions],
        "name": [reaction.name or "" for reaction in reactions],
        "subsystem": _subsystems(model, reactions),
        "lower": [float(reaction.lower_bound) for reaction in reactions],
        "upper": [float(reaction.upper_bound) for reaction in reactions],
        "objective": _objective(model, reactions),
        "gene_rule": [reaction.gene_reaction_rule or "" for reaction in reactions],
    }


def _subsystems(model: Any, reactions: list[Any]) -> list[str]:
    """What a reaction says itself, or the first group of parts (SBML) that lists it."""
    grouped: dict[str, str] = {}
    for group in getattr(model, "groups", ()):
        for member in group.members if group.kind == "partonomy" else ():
            grouped.setdefault(member.id, group.name or group.id)
    return [reaction.subsystem or grouped.get(reaction.id, "") for reaction in reactions]


def _objective(model: Any, reactions: list[Any]) -> list[float]:
    weights = [float(reaction.objective_coefficient) for reaction in reactions]
    if not any(weights) or model.objective_direction != "max":
        raise MetabolicError(
            f"{model.id}: expected a model that maximises a reaction, got direction {model.objective_direction} and "
            f"{sum(map(bool, weights))} objective reactions; set model.objective to its biomass reaction"
        )
    return weights
