"""A network as one file of plain arrays, and its fingerprint."""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np
import polars as pl
from scipy import sparse

from analysis.errors import StoreError
from analysis.files import write_atomically
from graph_attention.errors import MetabolicError

if TYPE_CHECKING:
    from graph_attention.network.arrays import NetworkArrays
    from graph_attention.network.graph import MetabolicGraph

SCHEMA_VERSION = 1
"""Raised whenever a file would hold something else for the same model."""
PARTS = ("header", "starts", "columns", "coefficients", "metabolites", "reactions")


def write_network(path: Path, graph: "MetabolicGraph") -> None:
    """Keep a network as a NumPy archive without pickles, whole or not at all."""
    matrix = graph.stoichiometry
    header = json.dumps({"version": SCHEMA_VERSION, "name": graph.name, "excluded": list(graph.excluded)})
    arrays = {
        "header": np.frombuffer(header.encode(), dtype=np.uint8),
        "starts": matrix.indptr,
        "columns": matrix.indices,
        "coefficients": matrix.data,
        "metabolites": _parquet(graph.metabolites),
        "reactions": _parquet(graph.reactions),
    }

    def fill(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez_compressed(file, **arrays)

    try:
        write_atomically(path, fill)
    except StoreError as error:
        raise MetabolicError(f"{error}; give a folder that can be written, such as cache=") from error


def read_network(path: Path) -> "MetabolicGraph":
    """Read what `write_network` wrote.

    Raises:
        MetabolicError: the file is of another version, or no such file at all.
    """
    from graph_attention.network.graph import MetabolicGraph

    arrays = _arrays(path)
    header = json.loads(arrays["header"].tobytes())
    if (version := header["version"]) != SCHEMA_VERSION:
        raise MetabolicError(f"{path}: expected version {SCHEMA_VERSION}, got {version}; delete it")
    metabolites, reactions = (
        pl.read_parquet(BytesIO(arrays[name].tobytes())) for name in ("metabolites", "reactions")
    )
    parts = arrays["coefficients"], arrays["columns"], arrays["starts"]
    matrix = sparse.csr_array(parts, shape=(len(metabolites), len(reactions)))
    return MetabolicGraph(header["name"], matrix, metabolites, reactions, tuple(header["excluded"]))


def fingerprint(graph: "NetworkArrays") -> str:
    """SHA-256 of stoichiometry, metabolites and reactions, independent of how they are stored."""
    digest = hashlib.sha256()
    matrix = graph.stoichiometry
    for part in (matrix.indptr.astype("<i8"), matrix.indices.astype("<i8"), matrix.data.astype("<f8")):
        digest.update(part.tobytes())
    for column in (*graph.metabolites.iter_columns(), *graph.reactions.iter_columns()):
        digest.update(json.dumps([column.name, column.to_list()]).encode())
    return digest.hexdigest()


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in PARTS}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise MetabolicError(
            f"{path}: expected a network kept by write_network: {error}; delete it"
        ) from error


def _parquet(table: pl.DataFrame) -> np.ndarray:
    buffer = BytesIO()
    table.write_parquet(buffer)
    return np.frombuffer(buffer.getvalue(), dtype=np.uint8)
