"""Media labelled with growth, fluxes and shadow prices."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int
from platformdirs import user_cache_path

from analysis.files import read_json, read_parquet, write_atomically, write_json, write_parquet
from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.storage import read_network, write_network
from graph_attention.network.tables import named, tally
from graph_attention.truth.labelling import PROCESSES, Labels, Report, label_all, silent
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.provenance import Provenance
from graph_attention.truth.splits import NEGLIGIBLE, Fractions, producer_splits

NETWORK, MEDIA, LABELS, ORIGIN = "network.npz", "media.parquet", "labels.safetensors", "provenance.json"


@dataclass(frozen=True, eq=False)
class FluxDataset:
    """What parsimonious flux balance analysis says of media; an infeasible medium has growth 0 and flux 0."""

    graph: MetabolicGraph
    media: MediumSet
    labels: Labels
    provenance: Provenance

    def __len__(self) -> int:
        """How many media there are."""
        return len(self.media)

    def __repr__(self) -> str:
        """Sizes, and how many media support no growth or are infeasible."""
        return (
            f"FluxDataset({self.graph.name}: {len(self)} media, {int((~self.grows).sum())} without growth, "
            f"{int((~self.feasible).sum())} of them infeasible)"
        )

    def summary(self) -> str:
        """Sizes, and by name the media that support no growth, and those in which not even maintenance can be paid."""
        idle = self._names(self.feasible & ~self.grows)
        # Names of media have commas of their own.
        told = {"no growth": tally(idle, comma="; "), "infeasible": tally(self.infeasible, comma="; ")}
        sizes = f"{self.graph.name}: {len(self)} media, {int(self.grows.sum())} with growth"
        return "\n".join([sizes, *(f"  {name:<14}{names}" for name, names in told.items())])

    @property
    def growth(self) -> Float[np.ndarray, " media"]:
        """Growth per hour."""
        return self.labels.growth

    @property
    def flux(self) -> Float[np.ndarray, "media reactions"]:
        """Parsimonious flux, mmol/gDW/h."""
        return self.labels.flux

    @property
    def shadow_price(self) -> Float[np.ndarray, "media metabolites"]:
        """∂ growth / ∂ drain of a metabolite; NaN where a medium is infeasible."""
        return self.labels.shadow_price

    @property
    def feasible(self) -> Bool[np.ndarray, " media"]:
        """Whether any flux meets balance and bounds: maintenance can be paid."""
        return self.labels.feasible

    @property
    def infeasible(self) -> tuple[str, ...]:
        """The media that are not, by name; their growth and fluxes are 0."""
        return self._names(~self.feasible)

    def _names(self, chosen: Bool[np.ndarray, " media"]) -> tuple[str, ...]:
        return tuple(self.media[row].name for row in np.flatnonzero(chosen))

    @property
    def grows(self) -> Bool[np.ndarray, " media"]:
        """Whether a medium supports growth."""
        return self.growth > NEGLIGIBLE

    @cached_property
    def _producers(self) -> Fractions:
        return producer_splits(self.graph, self.flux)

    def splits(self) -> Fractions:
        """The pairs of metabolite and producer, and the producers' shares in each medium (see `producer_splits`)."""
        return self._producers

    def take(self, rows: Sequence[int] | Int[np.ndarray, " rows"]) -> "FluxDataset":
        """Some of the media."""
        labels = Labels(**{name: array[np.asarray(rows)] for name, array in vars(self.labels).items()})
        return replace(self, media=self.media.take(rows), labels=labels)

    def on(self, graph: MetabolicGraph) -> "FluxDataset":
        """The same labels on a network that lacks reactions which carry no flux in any medium.

        Raises:
            MetabolicError: the network has a reaction or metabolite that this one does not have, or lacks one
                that carries flux.
        """
        reactions = _places(
            self.graph.reaction_index, graph.reactions["id"].to_list(), self.graph, "reaction"
        )
        metabolites = _places(
            self.graph.metabolite_index, graph.metabolites["id"].to_list(), self.graph, "metabolite"
        )
        used = np.any(np.abs(self.flux) > NEGLIGIBLE, axis=0)
        used[reactions] = False
        if used.any():
            lost = self.graph.reactions["id"].filter(used).to_list()
            raise MetabolicError(
                f"{graph.name} lacks {len(lost)} reactions that carry flux: {named(lost, 5)}"
            )
        labels = replace(
            self.labels, flux=self.flux[:, reactions], shadow_price=self.shadow_price[:, metabolites]
        )
        return replace(self, graph=graph, media=self.media.on(graph), labels=labels)

    @classmethod
    def make(
        cls,
        graph: MetabolicGraph,
        media: MediumSet,
        folder: Path | None = None,
        *,
        seed: int = 0,
        jobs: int = 2,
        backend: str = PROCESSES,
        report: Report = silent,
    ) -> "FluxDataset":
        """Label media, or read the labels of these media that are there already.

        What was finished before an interruption is kept and not solved again.

        Args:
            graph: the network.
            media: the media.
            folder: where to keep the labels; a folder of the user's cache named after their origin where not given.
            seed: of the tie-break among equally parsimonious fluxes.
            jobs: processes at once.
            backend: joblib's name of where they run; "dask" for a connected cluster.
            report: is told what is done, how much, and of how much.

        Raises:
            MetabolicError: the folder holds other labels, or the network has no objective.
        """
        origin = Provenance.of(graph, media, seed)
        folder = user_cache_path("searchlight") / "fluxes" / origin.key if folder is None else Path(folder)
        if is_complete(folder):
            return _expected(cls.load(folder), origin, folder)
        chunks = folder / "chunks"
        labels = label_all(graph, media, chunks, seed=seed, jobs=jobs, backend=backend, report=report)
        made = cls(graph, media, labels, origin)
        made.save(folder)
        shutil.rmtree(chunks, ignore_errors=True)  # another process may be as far
        return made

    def save(self, folder: Path) -> None:
        """Keep network, media, labels and where they come from; the last is written last."""
        write_network(folder / NETWORK, self.graph)
        write_atomically(folder / MEDIA, partial(write_parquet, table=self.media.table()))
        self.labels.save(folder / LABELS)
        write_atomically(folder / ORIGIN, partial(write_json, record=asdict(self.provenance)))

    @classmethod
    def load(cls, folder: Path) -> "FluxDataset":
        """Read what `save` wrote.

        Raises:
            MetabolicError: the folder holds no complete data set.
        """
        folder = Path(folder)
        if missing := [name for name in (NETWORK, MEDIA, LABELS, ORIGIN) if not (folder / name).exists()]:
            raise MetabolicError(
                f"{folder} holds no complete data set: {', '.join(missing)} missing; make it again"
            )
        graph = read_network(folder / NETWORK)
        media = MediumSet.from_table(graph, read_parquet(folder / MEDIA))
        return cls(graph, media, Labels.load(folder / LABELS), Provenance(**read_json(folder / ORIGIN)))


def is_complete(folder: Path) -> bool:
    """Whether a folder holds a data set to its end."""
    return (folder / ORIGIN).exists()


def _places(index: dict[str, int], names: list[str], graph: MetabolicGraph, what: str) -> np.ndarray:
    if absent := [name for name in names if name not in index]:
        raise MetabolicError(
            f"{graph.name} lacks {len(absent)} {what}s of the other network: {named(absent, 5)}"
        )
    return np.array([index[name] for name in names], dtype=np.int64)


def _expected(found: FluxDataset, origin: Provenance, folder: Path) -> FluxDataset:
    there, wanted = asdict(found.provenance), asdict(origin)
    if differ := [name for name in wanted if there[name] != wanted[name]]:
        told = "; ".join(f"{name} is {there[name]}, not {wanted[name]}" for name in differ)
        raise MetabolicError(f"{folder} holds other labels: {told}; give another folder")
    return found
