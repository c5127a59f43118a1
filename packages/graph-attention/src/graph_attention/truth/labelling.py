"""The fluxes of many media, by independent jobs that can be stopped and taken up again."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from joblib import Parallel, delayed, parallel_config

from analysis.files import read_safetensors, write_atomically, write_safetensors
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.flux_balance import TIE_BREAK, pfba
from graph_attention.truth.linear_program import SOLVER
from graph_attention.truth.medium_set import MediumSet

CHUNK = 25
"""Media of one job: three seconds of work on iJO1366."""

PROCESSES = "loky"
"""joblib's name for processes on this machine."""

Report = Callable[[str, int, int], object]


@dataclass(frozen=True)
class Labels:
    """What parsimonious flux balance analysis says of each medium; growth and flux are 0 where it is infeasible."""

    growth: Float[np.ndarray, " media"]
    flux: Float[np.ndarray, "media reactions"]
    shadow_price: Float[np.ndarray, "media metabolites"]
    feasible: Bool[np.ndarray, " media"]

    def save(self, path: Path) -> None:
        """Keep them in one safetensors file, whole or not at all."""
        write_atomically(path, partial(write_safetensors, arrays=vars(self)))

    @classmethod
    def load(cls, path: Path) -> "Labels":
        """Read what `save` wrote."""
        return cls(**read_safetensors(path))

    @classmethod
    def joined(cls, parts: list["Labels"]) -> "Labels":
        """The labels of several sets of media, one after the other."""
        return cls(
            **{
                each.name: np.concatenate([getattr(part, each.name) for part in parts])
                for each in fields(cls)
            }
        )


def label(graph: MetabolicGraph, media: MediumSet, seed: int) -> Labels:
    """Solve each medium, in this process."""
    solved = [pfba(graph, medium, seed) for medium in media]
    return Labels(
        np.array([each.growth for each in solved]),
        np.stack([each.flux for each in solved]),
        np.stack([each.shadow_price for each in solved]),
        np.array([each.feasible for each in solved]),
    )


def silent(what: str, done: int, of: int) -> None:
    """Report nothing."""


def label_all(
    graph: MetabolicGraph,
    media: MediumSet,
    kept: Path,
    *,
    seed: int = 0,
    jobs: int = 2,
    backend: str = PROCESSES,
    report: Report = silent,
) -> Labels:
    """Solve all media in chunks; each finished chunk is kept in a folder, and found there the next time.

    Args:
        graph: the network.
        media: the media.
        kept: the folder of the chunks.
        seed: of the tie-break.
        jobs: processes at once.
        backend: joblib's name of where they run: "loky" for processes of its own, "dask" for the cluster that
            a `dask.distributed.Client` of this process is connected to. The results come back to this process,
            so that the workers need no folder in common.
        report: is told what is done, how much, and of how much.
    """
    chunks = [
        media.take(range(start, min(start + CHUNK, len(media)))) for start in range(0, len(media), CHUNK)
    ]
    paths = [kept / f"{chunk_key(graph, chunk, seed)}.safetensors" for chunk in chunks]
    missing = [(chunk, path) for chunk, path in zip(chunks, paths, strict=True) if not path.exists()]
    done = len(media) - sum(len(chunk) for chunk, _ in missing)
    report("media labelled", done, len(media))
    calls = (delayed(label)(graph, chunk, seed) for chunk, _ in missing)
    with parallel_config(backend=backend, n_jobs=jobs):  # only here does joblib know the name dask
        found: Iterator[Labels] = Parallel(return_as="generator")(calls)  # pyright: ignore[reportAssignmentType]
        for (chunk, path), labels in zip(missing, found, strict=True):
            labels.save(path)
            done += len(chunk)
            report("media labelled", done, len(media))
    return Labels.joined([Labels.load(path) for path in paths])


def chunk_key(graph: MetabolicGraph, media: MediumSet, seed: int) -> str:
    """What the labels of some media depend on, as a name."""
    parts = (graph.fingerprint, media.fingerprint, seed, SOLVER, TIE_BREAK)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
