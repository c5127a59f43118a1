"""Tables of what runs reached."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis import Estimate, mean_estimate
from analysis.store import Run
from searchlight import console
from searchlight.configuration import Resolved
from searchlight.errors import UsageError, nearest
from searchlight.experiments import experiment_class
from searchlight.experiments.base import Measure


def measured(system: str, runs: Sequence[Run], measure: Measure, cells: tuple[str, ...] = ()) -> pl.DataFrame:
    """A measure of every run: arm, seed, split, the cells, and value."""
    kind = experiment_class(system)
    tables = [
        kind.values(run.trials(), measure, cells).with_columns(arm=pl.lit(run.arm), seed=pl.lit(run.seed))
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
        split: mean_estimate(
            values.filter(pl.col("split") == split)["value"].to_numpy(), chance=measure.chance
        )
        for split in splits
    }


def show_results(resolved: Resolved, runs: Sequence[Run]) -> None:
    """One row per split, one column per measure, each with its interval over seeds and its chance level."""
    measures = experiment_class(resolved.system).measures
    found = {measure: estimates(measured(resolved.system, runs, measure), measure) for measure in measures}
    splits = list(next(iter(found.values())))
    chances = [f"{m.name} (chance {m.chance:g})" if m.chance is not None else m.name for m in measures]
    rows = [[split, *(short(found[measure][split]) for measure in measures)] for split in splits]
    seeds = f"{len(runs)} seed{'s' if len(runs) > 1 else ''}"
    note = "95 % interval over seeds" if len(runs) > 1 else "one seed has no interval; --seeds 0..4 gives one"
    console.show_table(["split", *chances], rows, title=f"{resolved.name}, {seeds} ({note})")
    show_leakage(runs[0])


def show_leakage(run: Run) -> None:
    """What features that should tell nothing tell of the data, as it was stored with the run."""
    found = {name: Estimate(**facts) for name, facts in run.environment().get("leakage", {}).items()}
    if found:
        rows = [[name, short(each), f"{each.chance:.3f}"] for name, each in found.items()]
        title = "\nleakage: balanced accuracy of a cross-validated linear decoder (interval over folds)"
        console.show_table(["what it is given", "accuracy", "chance"], rows, title=title)


def short(estimate: Estimate, *, signed: bool = False) -> str:
    """An estimate for a table whose header names the chance level."""
    form = "+.3f" if signed else ".3f"
    if math.isnan(estimate.low):
        return f"{estimate.value:{form}}"
    return f"{estimate.value:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"


def show_cells(
    resolved: Resolved, runs: Sequence[Run], measure: Measure, columns: tuple[str, ...] | None = None
) -> None:
    """A measure on the test splits: for every level of each column alone, then in every cell.

    The columns are the measure's cells unless told; any column of the trials will do, such as a serial position.
    """
    by = measure.cells if columns is None else columns
    check_columns(runs[0], by)
    values = tested(measured(resolved.system, runs, measure, by))
    splits = values["split"].unique(maintain_order=True)
    cells = values.select(by).unique(maintain_order=True).rows(named=True)
    rows = []
    for cell in [*(margins(values, by) if len(by) > 1 else []), *cells]:
        there = values.filter(*(pl.col(name) == level for name, level in cell.items()))
        by_seed = there.group_by("split", "seed", maintain_order=True).agg(pl.col("value").mean())
        found = estimates(by_seed, measure)
        rows.append([label(cell), *(short(found[split]) if split in found else "" for split in splits)])
    console.say("")
    chance = "" if measure.chance is None else f" (chance {measure.chance:g})"
    console.show_table([f"{measure.name}{chance}", *splits], rows)


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


def check_columns(run: Run, columns: tuple[str, ...]) -> None:
    """Raise UsageError for a column that the trials do not have."""
    known = run.trials().columns
    for name in columns:
        if name not in known:
            raise UsageError(f"--by {name}: the trials have no such column.{nearest(name, known)}")


def tested(values: pl.DataFrame) -> pl.DataFrame:
    """The rows of the test splits."""
    return values.filter(pl.col("split").str.starts_with("test/"))


def margins(values: pl.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Every level of each column alone; its value is the mean over the other columns."""
    return [{name: level} for name in columns for level in values[name].unique(maintain_order=True)]


def label(cell: dict[str, Any]) -> str:
    """A cell in words, as comparisons name it."""
    return " ".join(level if isinstance(level, str) else f"{name}={level}" for name, level in cell.items())


def document(resolved: Resolved, runs: Sequence[Run]) -> dict[str, Any]:
    """The figures of `show_results` for machines."""
    measures = experiment_class(resolved.system).measures
    found = {m.name: estimates(measured(resolved.system, runs, m), m) for m in measures}
    return {
        "name": resolved.name,
        "seeds": [run.seed for run in runs],
        "measures": {
            name: {split: e.to_dict() for split, e in splits.items()} for name, splits in found.items()
        },
    }


def primary(system: str, run: Run) -> dict[str, Any]:
    """The primary measure of a run on its first test split, None where it is not evaluated."""
    measure = experiment_class(system).measures[0]
    if not run.is_complete:
        return {measure.name: None, "split": None}
    values = tested(measured(system, [run], measure))
    return {measure.name: round(values["value"][0], 4), "split": values["split"][0]}


@dataclass(frozen=True)
class Point:
    """A point of a grid: its settings, its runs, and what they reached on average over the splits of a kind."""

    settings: dict[str, Any]
    runs: Sequence[Run]
    validation: Estimate
    test: Estimate

    def document(self, *, chosen: bool) -> dict[str, Any]:
        """Plain values; the test figure only of the chosen one."""
        return {
            "settings": self.settings,
            "runs": [str(run.path) for run in self.runs],
            "validation": self.validation.to_dict(),
            "chosen": chosen,
            "test": self.test.to_dict() if chosen else None,
        }

    def row(self, *, chosen: bool) -> list[str]:
        """The cells of a table."""
        settings = " ".join(f"{name}={value}" for name, value in self.settings.items())
        return [settings, short(self.validation), short(self.test) if chosen else "", str(len(self.runs))]


def show_sweep(system: str, settings: list[dict[str, Any]], runs: list[list[Run]], *, as_json: bool) -> None:
    """One row per point of a grid, the best on validation data first; only that one's test figure is shown."""
    measure = experiment_class(system).measures[0]
    points = [
        Point(each, group, *(split_mean(system, group, measure, part) for part in ("validation/", "test/")))
        for each, group in zip(settings, runs, strict=True)
    ]
    points.sort(key=lambda point: point.validation.value, reverse=bool(measure.higher_is_better))
    chosen = points[0]
    if as_json:
        console.show_json([point.document(chosen=point is chosen) for point in points])
        return
    chance = f" (chance {measure.chance:g})" if measure.chance is not None else ""
    columns = ["settings", f"validation {measure.name}{chance}", "test, of the chosen one", "seeds"]
    console.show_table(columns, [point.row(chosen=point is chosen) for point in points])
    console.say(f"\nchosen on validation data: {chosen.runs[0].path.parent}")


def split_mean(system: str, runs: Sequence[Run], measure: Measure, part: str) -> Estimate:
    """A measure averaged over the splits whose name starts so, with its interval over seeds."""
    values = measured(system, runs, measure).filter(pl.col("split").str.starts_with(part))
    return mean_estimate(
        values.group_by("seed").agg(pl.col("value").mean())["value"].to_numpy(), chance=measure.chance
    )
