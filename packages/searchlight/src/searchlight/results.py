"""Tables of what runs reached."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis import Estimate, Measure, mean_estimate
from analysis.store import Run
from searchlight import console
from searchlight.configuration import Resolved
from searchlight.errors import UsageError, nearest
from searchlight.experiments import experiment_class

LARGE = 1000
"""From here on figures are told without decimals."""
SMALL = 5e-4
"""Below it, and above 0, they are told with an exponent, for they would seem to be 0."""

MOST_LEVELS = 100
"""Rows of a table by one column."""


def measured(system: str, runs: Sequence[Run], measure: Measure, cells: tuple[str, ...] = ()) -> pl.DataFrame:
    """A measure of every run: arm, seed, split, the cells, and value."""
    kind = experiment_class(system)
    tables = [
        kind.values_of(run, measure, cells).with_columns(arm=pl.lit(run.arm), seed=pl.lit(run.seed))
        for run in runs
    ]
    return pl.concat(tables)


def measure_named(system: str, name: str | None) -> Measure:
    """A measure of a system by name, the primary one without.

    Raises:
        UsageError: the system has no such measure.
    """
    kind = experiment_class(system)
    known = {measure.name: measure for measure in (*kind.measures, *kind.further)}
    if name is None:
        return kind.measures[0]
    if name not in known:
        raise UsageError(f"{name} is not a measure of {system}.{nearest(name, known)}")
    return known[name]


def estimates(values: pl.DataFrame, measure: Measure) -> dict[str, Estimate]:
    """Mean and interval over seeds, for each split."""
    splits = values["split"].unique(maintain_order=True)
    return {
        split: mean_over_seeds(values.filter(pl.col("split") == split)["value"].to_numpy(), measure)
        for split in splits
    }


def mean_over_seeds(values: np.ndarray, measure: Measure) -> Estimate:
    """Mean and interval of one value per seed."""
    return mean_estimate(values, chance=measure.chance).within(*measure.bounds)


def measures_of(system: str, name: str | None) -> Sequence[Measure]:
    """The measures that are shown when none is asked for, or the one that is."""
    return experiment_class(system).measures if name is None else (measure_named(system, name),)


def show_results(resolved: Resolved, runs: Sequence[Run], measures: Sequence[Measure] | None = None) -> None:
    """One row per split, one column per measure that is answered, with its interval over seeds and its chance level."""
    measures = measures or measures_of(resolved.system, None)
    found = {measure: estimates(measured(resolved.system, runs, measure), measure) for measure in measures}
    told = [each for each in measures if found[each]]
    splits = list(dict.fromkeys(split for each in found.values() for split in each))
    rows = [
        [split, *(short(found[each][split]) if split in found[each] else "" for each in told)]
        for split in splits
    ]
    seeds = f"{len(runs)} seed{'s' if len(runs) > 1 else ''}"
    note = "95 % interval over seeds" if len(runs) > 1 else "one seed has no interval; --seeds 0..4 gives one"
    title = f"{resolved.name}, {seeds} ({note})"
    console.show_table(["split", *map(headed, told)], rows, title=title)
    if alike(found, len(runs)):
        console.say("note: every seed gives the same figures; an interval over seeds says nothing here")
    if lacking := [each.name for each in measures if not found[each]]:
        console.say(f"note: {resolved.name} does not answer what {', '.join(lacking)} measures")
    show_leakage(runs[0])


def alike(found: Mapping[Measure, Mapping[str, Estimate]], runs: int) -> bool:
    """Whether several runs have reached the very same, as a baseline does that draws nothing at random."""
    everything = [each for splits in found.values() for each in splits.values()]
    return runs > 1 and bool(everything) and all(each.low == each.value == each.high for each in everything)


def headed(measure: Measure) -> str:
    """A measure with its chance level, if it has one, and that lower is better, where it is."""
    known = [] if measure.chance is None else [f"chance {measure.chance:g}"]
    known += ["lower is better"] if measure.higher_is_better is False else []
    return f"{measure.name} ({', '.join(known)})" if known else measure.name


def show_leakage(run: Run) -> None:
    """What features that should tell nothing tell of the data, as it was stored with the run."""
    found = {name: Estimate.from_dict(facts) for name, facts in run.environment().get("leakage", {}).items()}
    if found:
        rows = [[name, short(each), f"{each.chance:.3f}"] for name, each in found.items()]
        title = "\nleakage: balanced accuracy of a cross-validated linear decoder (interval over folds)"
        console.show_table(["what it is given", "accuracy", "chance"], rows, title=title)


def short(estimate: Estimate, *, signed: bool = False, places: int = 3) -> str:
    """An estimate for a table whose header names the chance level; no minus before a zero, and why there is none."""
    if math.isnan(estimate.value):
        return estimate.how.removeprefix("not estimable: ")
    if not signed and 0 < estimate.value < SMALL and not estimate.high >= SMALL:
        return tiny(estimate)
    form = "z,.0f" if abs(estimate.value) >= LARGE else f"z,.{places}f"
    form = f"+{form}" if signed else form
    if math.isnan(estimate.low):
        return f"{estimate.value:{form}}"
    return f"{estimate.value:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"


def tiny(estimate: Estimate) -> str:
    """An estimate near zero, with exponents."""
    told = [f"{each:.1e}" if each else "0" for each in (estimate.value, estimate.low, estimate.high)]
    return told[0] if math.isnan(estimate.low) else f"{told[0]} [{told[1]}, {told[2]}]"


@dataclass(frozen=True)
class Row:
    """A measure where some columns of the trials have some levels, on each test split, and how many items are there."""

    cell: dict[str, Any]
    found: dict[str, Estimate]
    items: int

    def document(self) -> dict[str, Any]:
        """Plain values."""
        splits = {split: each.to_dict() for split, each in self.found.items()}
        return {"cell": self.cell, "items": self.items, "splits": splits}


def columns_of(run: Run, measure: Measure, by: str | None) -> tuple[str, ...]:
    """The columns that `--by` names, the measure's cells without.

    Raises:
        UsageError: the trials have no such column, or it has too many levels for a table.
    """
    columns, trials = tuple(by.split(",")) if by else measure.cells, run.trials()
    if not columns:
        raise UsageError(f"{measure.name} is told as a whole, without cells; --by COLUMN takes it apart.")
    for name in columns:
        if name not in trials.columns:
            raise UsageError(
                f"--by {name}: the trials have no such column.{nearest(name, trials.columns)}\n"
                f"  columns: {', '.join(trials.columns)}"
            )
        if (levels := trials[name].n_unique()) > MOST_LEVELS:
            raise UsageError(f"--by {name}: it has {levels} levels; a table takes up to {MOST_LEVELS}.")
    return columns


def by_columns(
    resolved: Resolved, runs: Sequence[Run], measure: Measure, columns: tuple[str, ...]
) -> list[Row]:
    """A measure on the test splits: for every level of each of several columns alone, then in every cell."""
    values, trials = tested(measured(resolved.system, runs, measure, columns)), tested(runs[0].trials())
    cells = values.select(columns).unique(maintain_order=True).rows(named=True)
    rows = []
    for cell in [*(margins(values, columns) if len(columns) > 1 else []), *cells]:
        at = [pl.col(name) == level for name, level in cell.items()]
        there = values.filter(*at)
        by_seed = there.group_by("split", "seed", maintain_order=True).agg(pl.col("value").mean())
        rows.append(Row(cell, estimates(by_seed, measure), trials.filter(*at).height))
    return rows


def show_rows(rows: Sequence[Row], measure: Measure) -> None:
    """One line per row with its number of items, one column per split."""
    splits = list(dict.fromkeys(split for row in rows for split in row.found))
    lines = [
        [
            label(row.cell),
            f"{row.items:,}",
            *(short(row.found[split]) if split in row.found else "" for split in splits),
        ]
        for row in rows
    ]
    console.show_table([headed(measure), "items", *splits], lines)


def show_observers(resolved: Resolved, run: Run) -> None:
    """What simple observers score in each cell of the primary measure, on the test splits."""
    kind = experiment_class(resolved.system)
    cells = kind.measures[0].cells
    found = kind.observers(run.trials(), cells)
    if found.is_empty():
        return
    observers = [name for name in found.columns if name not in ("split", *cells)]
    rows = [
        [
            row["split"],
            label({name: row[name] for name in cells}),
            *(f"{row[name]:.3f}" for name in observers),
        ]
        for row in tested(found).rows(named=True)
    ]
    title = f"\n{kind.measures[0].name} of simple observers: what a model has to exceed"
    console.show_table(["split", "cell", *observers], rows, title=title, words=(0, 1))


def tested(values: pl.DataFrame) -> pl.DataFrame:
    """The rows of the test splits."""
    return values.filter(pl.col("split").str.starts_with("test/"))


def margins(values: pl.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Every level of each column alone; its value is the mean over the other columns."""
    return [{name: level} for name in columns for level in values[name].unique(maintain_order=True)]


def label(cell: dict[str, Any]) -> str:
    """A cell in words, as comparisons name it."""
    return " ".join(level if isinstance(level, str) else f"{name}={level}" for name, level in cell.items())


def document(resolved: Resolved, runs: Sequence[Run], measures: Sequence[Measure]) -> dict[str, Any]:
    """The figures of `show_results` for machines."""
    found = {m.name: estimates(measured(resolved.system, runs, m), m) for m in measures}
    return {
        "name": resolved.name,
        "seeds": [run.seed for run in runs],
        "measures": {
            name: {split: e.to_dict() for split, e in splits.items()} for name, splits in found.items()
        },
    }


def primary(system: str, run: Run) -> dict[str, Any]:
    """The primary measure of a run on the test split that is reported, None where it is not evaluated."""
    kind = experiment_class(system)
    measure = kind.measures[0]
    if not run.is_complete:
        return {measure.name: None, "split": None}
    values = measured(system, [run], measure).filter(pl.col("split").str.starts_with(kind.reported_on))
    return {measure.name: round(values["value"][0], 3), "split": values["split"][0]}
