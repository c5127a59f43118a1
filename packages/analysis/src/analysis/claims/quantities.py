"""A figure that every network has, put together from what assays found in it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.assays.archive import Archive
from analysis.assays.findings import Finding, Findings
from analysis.assays.interventions import Intervened
from analysis.store import Run

Cell = tuple[tuple[str, Any], ...]
ByNetwork = Mapping[str, Mapping[int, float]]
"""A value by arm and seed."""


@dataclass(frozen=True)
class Known:
    """A value by arm and seed; `left_out` says which cells did not count, for some network lacks them."""

    values: ByNetwork
    left_out: tuple[str, ...] = ()

    def of(self, arm: str) -> Mapping[int, float]:
        """The values of an arm by seed."""
        return self.values.get(arm, {})


@dataclass(frozen=True)
class Source:
    """An assay of a run, or of what it does under an intervention."""

    assay: str
    under: str = ""

    def __str__(self) -> str:
        return f"{self.assay} under {self.under}" if self.under else self.assay


class Quantity(ABC):
    """What a network is asked for."""

    @property
    @abstractmethod
    def sources(self) -> tuple[Source, ...]:
        """What it is read from."""

    @abstractmethod
    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """Its value in every network of some arms."""

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Combined((self, other), (1.0, -1.0))

    def __truediv__(self, unit: float) -> "Quantity":
        return Combined((self,), (1 / unit,))


@dataclass(frozen=True)
class Measured(Quantity):
    """A measure of an assay: the mean over the cells with these levels.

    A cell counts where every network knows it, so that no mean is over harder cells than another.
    """

    assay: str
    measure: str
    cell: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The one assay."""
        return (Source(self.assay),)

    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """The mean over shared cells, of the networks that have any."""
        cells = {
            (arm, run.seed): self.cells(archive.find(run, self.assay))
            for arm in arms
            for run in archive.of(arm)
        }
        having = {network: found for network, found in cells.items() if found}
        shared = set[Cell].intersection(*map(set, having.values())) if having else set[Cell]()
        every = dict.fromkeys(cell for found in having.values() for cell in found)
        values: dict[str, dict[int, float]] = {arm: {} for arm in arms}
        for (arm, seed), found in having.items() if shared else ():
            values[arm][seed] = float(np.mean([value for cell, value in found.items() if cell in shared]))
        return Known(values, tuple(in_words(cell) for cell in every if cell not in shared))

    def cells(self, found: Findings) -> dict[Cell, float]:
        """The values with these levels, by cell."""
        return {tuple(sorted(each.cell.items())): each.estimate.value for each in self.figures(found)}

    def figures(self, found: Findings) -> list[Finding]:
        """The figures with these levels that could be estimated."""
        return [
            each
            for each in found.of(self.measure)
            if np.isfinite(each.estimate.value)
            and all(each.cell.get(name) == level for name, level in self.cell.items())
        ]


@dataclass(frozen=True)
class Under(Quantity):
    """A quantity of the same networks under an intervention, such as uniform attention."""

    intervention: str
    quantity: Quantity

    @property
    def sources(self) -> tuple[Source, ...]:
        """The same assays, of the evaluation that is kept in the run's folder."""
        return tuple(Source(each.assay, self.intervention) for each in self.quantity.sources)

    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """Its value in what every network did under the intervention."""

        def find(run: Run, assay: str) -> Findings:
            return archive.find(Intervened.of(run, self.intervention), assay)

        return self.quantity.known(Archive(archive.runs, find), arms)


@dataclass(frozen=True)
class Log2(Quantity):
    """log₂ q within each network: a ratio in doublings, so that it and its inverse count alike over networks.

    A network in which q is not positive has none.
    """

    quantity: Quantity

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those of the quantity."""
        return self.quantity.sources

    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """The logarithm of its value in every network where it is positive."""
        known = self.quantity.known(archive, arms)
        values = {
            arm: {seed: float(np.log2(value)) for seed, value in found.items() if value > 0}
            for arm, found in known.values.items()
        }
        return Known(values, known.left_out)


@dataclass(frozen=True)
class Combined(Quantity):
    """Σ_k w_k q_k within each network that has every part."""

    parts: tuple[Quantity, ...]
    weights: tuple[float, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those of all parts."""
        return tuple(dict.fromkeys(source for part in self.parts for source in part.sources))

    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """The weighted sum, of the networks that have every part."""
        found = [part.known(archive, arms) for part in self.parts]
        values = {arm: self.sums([each.of(arm) for each in found]) for arm in arms}
        return Known(values, tuple(dict.fromkeys(cell for each in found for cell in each.left_out)))

    def sums(self, parts: list[Mapping[int, float]]) -> dict[int, float]:
        """The sum of each seed that is in all parts."""
        seeds = [seed for seed in parts[0] if all(seed in part for part in parts)]
        return {
            seed: sum(w * part[seed] for w, part in zip(self.weights, parts, strict=True)) for seed in seeds
        }


def mean_of(*parts: Quantity) -> Quantity:
    """The mean of some quantities of a network."""
    return Combined(parts, (1 / len(parts),) * len(parts))


def in_words(cell: Cell) -> str:
    """A cell for a sentence."""
    return " ".join(f"{name} {level}" for name, level in cell) or "the whole run"
