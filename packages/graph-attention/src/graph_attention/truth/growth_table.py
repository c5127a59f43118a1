"""A user's own measurements: growth on media, from a CSV file."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import named, tally, unknown
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.nutrients import ELEMENTS, nutrients
from graph_attention.truth.recipes import base_medium, short
from graph_attention.truth.splits import NEGLIGIBLE

GROWTH, NAME, REPLICATE = "growth", "medium", "replicate"


@dataclass(frozen=True, eq=False)
class GrowthTable:
    """Measured growth on media, with the splits of any `MediumSet`. Fluxes are not measured: `flux` is None.

    Splits, models and baselines take it as they take a `FluxDataset`, for growth alone.
    """

    graph: MetabolicGraph
    media: MediumSet
    growth: Float[np.ndarray, " media"]
    """Mean over the replicates, per hour."""
    deviation: Float[np.ndarray, " media"]
    """Standard deviation over the replicates; NaN where there is one."""
    replicates: Int[np.ndarray, " media"]
    """How many there are."""

    flux = None
    shadow_price = None

    def __len__(self) -> int:
        """How many media there are."""
        return len(self.media)

    def __repr__(self) -> str:
        """Sizes."""
        return f"GrowthTable({self.graph.name}: {len(self)} media, {self.replicates.sum()} measurements)"

    def summary(self) -> str:
        """Sizes in a line, as a `FluxDataset` gives more of."""
        sizes = f"{len(self)} media, {self.replicates.sum()} measurements"
        return f"{self.graph.name}: {sizes}, {int(self.grows.sum())} with growth"

    @property
    def grows(self) -> Bool[np.ndarray, " media"]:
        """Whether growth was measured on a medium."""
        return self.growth > NEGLIGIBLE

    @cached_property
    def noise(self) -> float:
        """The share of the variance of the media's means that replicates leave open; NaN without replicates.

        1 − it is the Q² that no model of these media can be expected to pass.
        """
        several = self.replicates > 1
        if not several.any() or len(self) < 2:
            return math.nan
        within = np.average(self.deviation[several] ** 2, weights=self.replicates[several] - 1)
        return float((within / self.replicates).mean() / self.growth.var(ddof=1))

    def take(self, rows: Sequence[int] | Int[np.ndarray, " rows"]) -> "GrowthTable":
        """Some of the media."""
        rows = np.asarray(rows)
        arrays = {name: getattr(self, name)[rows] for name in ("growth", "deviation", "replicates")}
        return replace(self, media=self.media.take(rows), **arrays)

    def on(self, graph: MetabolicGraph) -> "GrowthTable":
        """The same measurements on a smaller network."""
        return replace(self, graph=graph, media=self.media.on(graph))

    @classmethod
    def read(
        cls, path: Path | str, graph: MetabolicGraph, *, base: Medium | None = None, amount: float = 1.0
    ) -> "GrowthTable":
        """Read a CSV file: a column for each nutrient, the column growth, and perhaps medium and replicate.

        A nutrient is named by its exchange (EX_glc__D_e), its metabolite (glc__D_e, glc__D) or the metabolite's
        name; its column holds the largest uptake, 0 where it is not offered. Rows that offer the same are
        replicates. A nutrient that is offered in some rows and not in others is a varied source of C, or of N, P
        or S where it holds no carbon; it takes no part of the base medium.

        Args:
            path: the file.
            graph: the network.
            base: what all media offer besides; `base_medium(graph)` where not given. A column overrides it.
            amount: what one unit of the nutrient columns is in mmol/gDW/h.

        Raises:
            MetabolicError: the file is no such table; the sentence names row and column, and counts what else is
                wrong. Rows count from 1, below the head.
        """
        sheet = _Sheet(Path(path), graph)
        growth, offered = sheet.numbers()
        offered = offered * amount
        return _joined(graph, base_medium(graph) if base is None else base, sheet, offered, growth)


class _Sheet:
    """The cells of a file, as numbers or with a sentence that says where it has none."""

    def __init__(self, path: Path, graph: MetabolicGraph):
        self.path, self.graph = path, graph
        self.cells = _cells(path)
        if GROWTH not in self.cells.columns or not len(self.cells):
            raise MetabolicError(
                f"{path}: expected a column {GROWTH} and a row for each measurement, separated by commas; got the "
                f"columns {', '.join(self.cells.columns)} and {len(self.cells)} rows"
            )
        self.columns = [name for name in self.cells.columns if name not in (GROWTH, NAME, REPLICATE)]
        if not self.columns:
            raise MetabolicError(f"{path}: expected a column for each nutrient; got none")
        self.exchanges = self._exchanges()

    def numbers(self) -> tuple[Float[np.ndarray, " rows"], Float[np.ndarray, "rows nutrients"]]:
        """Growth, and what the nutrient columns hold: finite numbers that are not negative."""
        columns = [GROWTH, *self.columns]
        found = np.array([[_number(text) for text in self.cells[column]] for column in columns])
        wrong = ~(np.isfinite(found) & (found >= 0))
        if wrong.any():
            cells = [(row, columns[column]) for row, column in np.argwhere(wrong.T)]
            raise MetabolicError(self._no_numbers([(int(row), column) for row, column in cells]))
        return found[0], found[1:].T

    def _no_numbers(self, cells: Sequence[tuple[int, str]]) -> str:
        """The first of some cells with what it holds, the others counted."""
        (row, column), *others = cells
        where = [f"row {row + 1} of {column}" for row, column in others]
        return (
            f"{self.path}, row {row + 1}, column {column}: expected a number of at least 0, got "
            f"{self.cells[column][row] or 'nothing'}{f'; likewise {tally(where)}' if where else ''}"
        )

    def name(self, row: int) -> str | None:
        """What the file calls the medium of a row, if it has names."""
        return self.cells[NAME][row] if NAME in self.cells.columns else None

    def _exchanges(self) -> list[str]:
        known: dict[str, set[str]] = {}
        for exchange, *names in nutrients(self.graph).select("exchange", "metabolite", "name").iter_rows():
            for name in (exchange, *names, short(exchange)):
                known.setdefault(name, set()).add(exchange)
        if missing := [column for column in self.columns if column not in known]:
            error = unknown("nutrient", missing[0], [*known], others=missing[1:])
            raise MetabolicError(f"{self.path}, column {missing[0]}: {self.graph.name} has {error}")
        for column in self.columns:
            if len(known[column]) > 1:
                raise MetabolicError(
                    f"{self.path}, column {column}: {self.graph.name} has several of that name; "
                    f"give one of {named(sorted(known[column]))}"
                )
        found = [next(iter(known[column])) for column in self.columns]
        if len(set(found)) < len(found):
            twice = next(each for each in found if found.count(each) > 1)
            raise MetabolicError(f"{self.path}: two columns are {twice}; leave one out")
        return found


def _cells(path: Path) -> pl.DataFrame:
    """The file as text, with the names that its head has."""
    try:
        if not path.is_file():
            raise OSError("it is not a file")
        cells = pl.read_csv(path, has_header=False, infer_schema=False, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise MetabolicError(f"{path} cannot be read as CSV: {str(error).splitlines()[0]}") from None
    head = [(name or "").strip() for name in cells.row(0)]
    if twice := [name for place, name in enumerate(head) if name in head[:place]]:
        raise MetabolicError(f"{path}: two columns are {twice[0] or 'without a name'}; leave one out")
    return cells[1:].rename(dict(zip(cells.columns, head, strict=True)))


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return math.nan


def _joined(
    graph: MetabolicGraph, base: Medium, sheet: _Sheet, offered: np.ndarray, growth: np.ndarray
) -> GrowthTable:
    """Rows that offer the same become one medium."""
    _, first, member = np.unique(offered, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    member = np.argsort(order)[member.reshape(-1)]
    parts = [growth[member == place] for place in range(len(order))]
    elements = _elements(graph, sheet.exchanges, offered)
    media = [
        _medium(base, sheet, int(row), offered[row], elements, at) for at, row in enumerate(first[order])
    ]
    return GrowthTable(
        graph,
        MediumSet(graph, tuple(media)),
        np.array([part.mean() for part in parts]),
        np.array([part.std(ddof=1) if len(part) > 1 else math.nan for part in parts]),
        np.array([len(part) for part in parts]),
    )


def _elements(graph: MetabolicGraph, exchanges: list[str], offered: np.ndarray) -> dict[str, str]:
    """Of what is offered in some rows only: the element that it is a source of."""
    table = nutrients(graph)
    held = {
        row["exchange"]: next((e for e in ELEMENTS if row[e]), None) for row in table.iter_rows(named=True)
    }
    some = (offered > 0).any(axis=0) & (offered == 0).any(axis=0)
    found = {each: held[each] for each, varies in zip(exchanges, some, strict=True) if varies}
    return {each: element for each, element in found.items() if element is not None}


def _medium(
    base: Medium, sheet: _Sheet, row: int, amounts: np.ndarray, elements: dict[str, str], at: int
) -> Medium:
    there = {each: float(amount) for each, amount in zip(sheet.exchanges, amounts, strict=True) if amount > 0}
    varied = {each: elements[each] for each in there if each in elements}
    name = sheet.name(row) or f"{at:04d} {' + '.join(short(each) for each in varied) or 'base'}"
    uptake = base.but(name, without=tuple(sheet.exchanges), add=there).uptake
    return Medium(name, uptake, varied)
