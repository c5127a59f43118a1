"""Arms of runs against a baseline, on every test split."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from analysis import Comparison, Measure, comparability, compare
from analysis.store import Run
from searchlight import console
from searchlight.configuration import of_run
from searchlight.errors import UsageError, nearest
from searchlight.results import measure_named, measured, short
from searchlight.runs import evaluate_run, runs_at


@dataclass(frozen=True)
class Compared:
    """What a comparison found, by split, and what it was made from; `only` says which cells were kept."""

    system: str
    name: str
    measure: Measure
    only: Mapping[str, Any]
    arms: dict[str, list[Run]]
    splits: dict[str, Comparison]

    def document(self) -> dict[str, Any]:
        """Plain values, the same bytes for the same runs."""
        return {
            "system": self.system,
            "runs": {arm: [str(run.path) for run in runs] for arm, runs in self.arms.items()},
            "splits": {split: comparison.to_dict() for split, comparison in self.splits.items()},
        }


def compare_arms(
    folders: Sequence[Path],
    *,
    measure: str | None = None,
    split: str | None = None,
    only: Mapping[str, Any] | None = None,
) -> Compared:
    """Compare the arms in some folders with the first of them.

    `only` keeps the cells with these levels, such as feature = location.

    Raises:
        UsageError: no runs, runs of several systems, or a measure, split or level that they do not have.
        ComparabilityError: the runs were made from different data.
    """
    arms = arms_at(folders)
    system = the_system(arms)
    chosen = measure_named(system, measure)
    baseline = next(iter(arms))
    checked = comparability(arms, baseline)
    values = pl.concat(
        [
            measured(system, runs, chosen, chosen.cells).with_columns(arm=pl.lit(arm))
            for arm, runs in arms.items()
        ]
    )
    values = keep(values, dict(only or {}), chosen)
    tested = [name for name in values["split"].unique(maintain_order=True) if name.startswith("test/")]
    splits = [split] if split else tested
    if split and split not in values["split"]:
        raise UsageError(f"{split} is not a split of these runs.{nearest(split, values['split'].unique())}")
    found = {
        name: compare(
            values.filter(pl.col("split") == name).drop("split"),
            chosen.cells,
            baseline,
            metric=chosen.name,
            chance=chosen.chance,
            higher_is_better=chosen.higher_is_better,
            bounds=chosen.bounds,
            checked=checked,
        )
        for name in splits
    }
    only = dict(only or {})
    what = [chosen.name] if measure else []
    parts = ["-vs-".join([*list(arms)[1:], baseline]), *what, *map(str, only.values())]
    return Compared(system, "-".join(part.replace("/", "-") for part in parts), chosen, only, arms, found)


def arms_at(folders: Sequence[Path]) -> dict[str, list[Run]]:
    """The runs of each arm, named after its folder, or after its path where two folders have one name."""
    arms = {}
    for folder in folders:
        runs = runs_at(folder)
        for run in runs:
            evaluate_run(run)
        name = runs[0].arm if runs[0].arm not in arms else str(runs[0].path.parent)
        if any(runs[0].path.resolve() == other[0].path.resolve() for other in arms.values()):
            raise UsageError(f"{folder} is named twice; compare needs different arms.")
        arms[name] = runs
    return arms


def the_system(arms: Mapping[str, Sequence[Run]]) -> str:
    """The system that all runs are of."""
    systems = {run.config()["system"] for runs in arms.values() for run in runs}
    if len(systems) > 1:
        raise UsageError(f"runs of different systems cannot be compared: {', '.join(sorted(systems))}.")
    return systems.pop()


def keep(values: pl.DataFrame, levels: dict[str, Any], measure: Measure) -> pl.DataFrame:
    """The rows whose cells have these levels."""
    for cell, level in levels.items():
        if cell not in measure.cells:
            raise UsageError(
                f"{measure.name} is not told by {cell}; its cells are: {', '.join(measure.cells)}."
            )
        if level not in values[cell]:
            raise UsageError(
                f"no {cell} {level} in these runs.{nearest(level, map(str, values[cell].unique()))}"
            )
        values = values.filter(pl.col(cell) == level)
    return values


def show_comparison(found: Compared) -> None:
    """One table per split: a row per cell and arm, the overall rows first, then what a reader should know besides."""
    chance = f", chance {found.measure.chance:g}" if found.measure.chance is not None else ""
    for split, comparison in found.splits.items():
        seeds = ", ".join(f"{arm} n = {len(runs)}" for arm, runs in found.arms.items())
        title = f"\n{split}: {found.measure.name}{chance}; 95 % intervals over seeds ({seeds})"
        columns = ["cell", "arm", found.measure.name, "difference", "effect size", "p (Holm)", "verdict"]
        rows = [table_row(result) for result in comparison.results]
        console.show_table(columns, rows, title=title, words=(0, 1, 6))
    notes = [f"{arm}: {changed}" for arm, runs in found.arms.items() if (changed := changes(runs[0]))]
    notes += [note for comparison in found.splits.values() for note in comparison.notes]
    notes += [f"{r.arm}: {r.reason}" for each in found.splits.values() for r in each.results if r.reason]
    for note in dict.fromkeys(notes):
        console.say(f"note: {note}")


def changes(run: Run) -> str:
    """What a `+` in the name of an arm stands for."""
    return ", ".join(f"{name} {value}" for name, value in of_run(run.path).changed.items())


def table_row(result: Any) -> list[str]:
    """A result of a comparison as the cells of a table."""
    gap = result.difference
    return [
        result.label,
        result.arm,
        short(result.estimate) if result.estimate else "",
        short(gap.estimate, signed=True) if gap else "",
        f"{gap.effect_size:+.2f}" if gap and math.isfinite(gap.effect_size) else "",
        f"{result.p_corrected:.3g}" if gap else "",
        result.verdict,
    ]
