"""The figures that an assay found, as rows: one table per measure and part."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis.assays.archive import Archive
from analysis.assays.assay import Assay
from analysis.assays.findings import Finding
from analysis.assays.measures import Arrival, Measure
from analysis.errors import StoreError
from analysis.store import Run


@dataclass(frozen=True)
class FindingTable:
    """The figures of an assay in the runs of an archive, as rows."""

    archive: Archive
    assay: Assay
    only: Mapping[str, Any]

    def parts(self, measure: Measure, notes: list[str]) -> Iterator[tuple[str, pl.DataFrame]]:
        """The rows of a measure by part; what is left out is added to the notes."""
        rows = self.rows(measure)
        notes += _not_estimable(rows, measure)
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if math.isfinite(row["value"]):
                groups.setdefault(_part(row["cell"], measure), []).append(row)
        for part, found in groups.items():
            yield part, _frame(found, measure)

    def rows(self, measure: Measure) -> list[dict[str, Any]]:
        """One row per network and cell; a step that was not reached is the last one watched."""
        return [
            _arrival(run, row) if isinstance(measure, Arrival) else row
            for arm, runs in self.archive.runs.items()
            for run in runs
            for figure in self.archive.find(run, self.assay.name).of(measure.name)
            if all(figure.cell.get(name, level) == level for name, level in self.only.items())
            for row in [_row(arm, run.seed, figure)]
        ]

    def notes(self) -> Iterator[str]:
        """What the findings say besides, once where all networks of an arm have it."""
        for arm, runs in self.archive.runs.items():
            said: dict[str, list[int]] = {}
            for run in runs:
                for note in self.archive.find(run, self.assay.name).notes:
                    said.setdefault(re.sub(r"^.+?, seed \d+: ", "", note), []).append(run.seed)
            for note, seeds in said.items():
                yield f"{arm}{_which(seeds, len(runs))}: {note}"


def _row(arm: str, seed: int, figure: Finding) -> dict[str, Any]:
    estimate = figure.estimate
    known = {"value": estimate.value, "chance": estimate.chance, "how": estimate.how, "reached": True}
    return {"arm": arm, "seed": seed, "cell": dict(figure.cell), **known}


def _arrival(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    if math.isfinite(row["value"]):
        return row
    try:
        metrics = run.metrics()
    except StoreError:  # the row says why it has no value
        return row
    if "step" not in metrics.columns:
        return row
    return {**row, "value": float(metrics["step"].to_numpy().max()), "reached": False}


def _part(cell: Mapping[str, Any], measure: Measure) -> str:
    named = {name: cell[name] for name in ("split", *measure.apart) if cell.get(name) is not None}
    return ", ".join(v if isinstance(v, str) else f"{name}={v}" for name, v in named.items())


def _frame(rows: list[dict[str, Any]], measure: Measure) -> pl.DataFrame:
    """Columns arm, seed, the cells that tell more than the part does, value, chance and reached."""
    aside = {"split", *measure.apart}
    names = dict.fromkeys(name for row in rows for name in row["cell"] if name not in aside)
    cells = [name for name in measure.cells if name in names]
    cells += [name for name in names if name not in cells]
    columns = {name: _levels([row["cell"].get(name) for row in rows]) for name in cells}
    plain = {name: [row[name] for row in rows] for name in ("arm", "seed", "value", "chance", "reached")}
    return pl.DataFrame({**columns, **plain}, strict=False)


def _levels(values: list[Any]) -> list[Any]:
    """Levels of one type: as words where they are of several, or where some are not told."""
    alike = len({type(value) for value in values}) == 1
    return values if alike else ["all" if value is None else str(value) for value in values]


def _not_estimable(rows: Iterable[Mapping[str, Any]], measure: Measure) -> Iterator[str]:
    """Say how many figures of an arm are missing, by reason."""
    reasons: dict[tuple[str, str], int] = {}
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["arm"]] = totals.get(row["arm"], 0) + 1
        if not math.isfinite(row["value"]):
            reasons[row["arm"], row["how"]] = reasons.get((row["arm"], row["how"]), 0) + 1
    for (arm, how), count in reasons.items():
        yield f"{arm}: {measure.name} {how or 'not estimable'} ({count} of {totals[arm]} figures)"


def _which(seeds: Sequence[int], all_of_them: int) -> str:
    if len(seeds) >= all_of_them:
        return ""
    return f", seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"
