"""Tables of what runs reached."""

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from analysis import Estimate, mean_estimate
from analysis.store import Run
from searchlight import console
from searchlight.configuration import Resolved
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


def show_cells(resolved: Resolved, runs: Sequence[Run]) -> None:
    """The primary measure on the test splits: for every level of each cell column alone, then in every cell."""
    measure = experiment_class(resolved.system).measures[0]
    values = measured(resolved.system, runs, measure, measure.cells).filter(
        pl.col("split").str.starts_with("test/")
    )
    splits = values["split"].unique(maintain_order=True)
    cells = values.select(measure.cells).unique(maintain_order=True).rows(named=True)
    rows = []
    for cell in [*margins(values, measure), *cells]:
        there = values.filter(*(pl.col(name) == level for name, level in cell.items()))
        by_seed = there.group_by("split", "seed", maintain_order=True).agg(pl.col("value").mean())
        found = estimates(by_seed, measure)
        rows.append([label(cell), *(short(found[split]) if split in found else "" for split in splits)])
    console.say("")
    console.show_table([f"{measure.name} (chance {measure.chance:g})", *splits], rows)


def margins(values: pl.DataFrame, measure: Measure) -> list[dict[str, Any]]:
    """Every level of each cell column alone; its value is the mean over the other columns."""
    return [{name: level} for name in measure.cells for level in values[name].unique(maintain_order=True)]


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
    values = measured(system, [run], measure).filter(pl.col("split").str.starts_with("test/"))
    return {measure.name: round(values["value"][0], 4), "split": values["split"][0]}


def show_sweep(system: str, points: list[dict[str, Any]], runs: list[list[Run]], *, as_json: bool) -> None:
    """One row per point of a grid, the best on validation data first; only that one's test figure is shown."""
    measure = experiment_class(system).measures[0]
    rows = [
        (point, *(split_mean(system, group, measure, part) for part in ("validation/", "test/")))
        for point, group in zip(points, runs, strict=True)
    ]
    order = sorted(range(len(rows)), key=lambda index: rows[index][1].value, reverse=measure.higher_is_better)
    chosen = order[0]
    if as_json:
        console.show_json(
            [
                {
                    "settings": rows[i][0],
                    "runs": [str(run.path) for run in runs[i]],
                    "validation": rows[i][1].to_dict(),
                    "chosen": i == chosen,
                    "test": rows[i][2].to_dict() if i == chosen else None,
                }
                for i in order
            ]
        )
        return
    names = list(points[0])
    table = [
        [
            " ".join(f"{name}={rows[i][0][name]}" for name in names),
            short(rows[i][1]),
            short(rows[i][2]) if i == chosen else "",
            len(runs[i]),
        ]
        for i in order
    ]
    chance = f" (chance {measure.chance:g})" if measure.chance is not None else ""
    console.show_table(
        ["settings", f"validation {measure.name}{chance}", "test, of the chosen one", "seeds"], table
    )
    console.say(f"\nchosen on validation data: {runs[chosen][0].path.parent}")


def split_mean(system: str, runs: Sequence[Run], measure: Measure, part: str) -> Estimate:
    """A measure averaged over the splits whose name starts so, with its interval over seeds."""
    values = measured(system, runs, measure).filter(pl.col("split").str.starts_with(part))
    return mean_estimate(
        values.group_by("seed").agg(pl.col("value").mean())["value"].to_numpy(), chance=measure.chance
    )
