"""Networks from COBRApy's models, and from the files that it reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import METABOLITES, REACTIONS, counted, table_of


def from_cobra(model: Any) -> MetabolicGraph:
    """The network of a `cobra.Model`. Reactions without metabolites are left out and listed in `excluded`.

    Raises:
        MetabolicError: the model maximises nothing, or its parts do not fit together.
    """
    empty = [reaction.id for reaction in model.reactions if not reaction.metabolites]
    reactions = [reaction for reaction in model.reactions if reaction.metabolites]
    excluded = (counted(empty, "reaction", "without metabolites"),) if empty else ()
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
    read = cobra_reader(reader)
    if not path.is_file():
        raise MetabolicError(f"{path}: expected a model file, found none")
    try:
        model = read(str(path))
    except Exception as error:  # libSBML, JSON and COBRApy each raise their own
        reason = " ".join(str(error.__cause__ or error).split())[:200]
        raise MetabolicError(f"{path}: not a model that cobra.io.{reader} reads: {reason}") from error
    return from_cobra(model)


def cobra_reader(name: str) -> Callable[[str], Any]:
    """A function of `cobra.io`, which is slow to import.

    Raises:
        MetabolicError: COBRApy is not installed.
    """
    try:
        import cobra.io
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
        "charge": [_charge(metabolite) for metabolite in listed],
        "compartment": [metabolite.compartment or "" for metabolite in listed],
    }


def _charge(metabolite: Any) -> int | None:
    charge = metabolite.charge
    if charge is None or np.isnan(charge):
        return None
    if charge != int(charge):
        raise MetabolicError(f"{metabolite.id}: expected a whole charge, got {charge}; correct the model")
    return int(charge)


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
