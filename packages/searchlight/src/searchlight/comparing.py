"""Arms of runs against a baseline: on every test split, and by everything that assays found in them."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import polars as pl

from analysis import (
    Archive,
    Assay,
    AssayComparison,
    Comparability,
    Comparison,
    Diagnosis,
    Measure,
    comparability,
    compare,
    compare_assay,
)
from analysis.comparison.assays import FAMILY
from analysis.store import Run
from searchlight.assaying import assay_named, find, measure_all
from searchlight.errors import UsageError, nearest
from searchlight.experiments import experiment_class
from searchlight.matching import TOLERANCE, matched_arms, whole
from searchlight.older_keys import older_keys
from searchlight.results import measure_named, measured
from searchlight.runs import evaluate_run, runs_at


@dataclass(frozen=True)
class Compared:
    """What a comparison found, by split and by assay, and what it was made from; `only` says which cells were kept.

    `options` are what was asked besides; `matched` says which checkpoints stand for the arms, if not the best.
    """

    system: str
    name: str
    measure: Measure
    only: Mapping[str, Any]
    arms: dict[str, list[Run]]
    splits: dict[str, Comparison]
    by_assay: Mapping[str, AssayComparison] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()

    @property
    def folders(self) -> list[Path]:
        """The folder of each arm, the baseline first."""
        return [whole(runs[0]).path.parent for runs in self.arms.values()]

    @property
    def assays(self) -> dict[str, dict[str, dict[str, Comparison]]]:
        """Assay → measure → split, and what else stands apart, or the empty word → comparison."""
        return {name: {**each.measures} for name, each in self.by_assay.items()}

    @property
    def notes(self) -> list[str]:
        """What a reader should know besides: which checkpoints, what was left out, and why."""
        said = [note for comparison in self.splits.values() for note in comparison.notes]
        said += [f"{r.arm}: {r.reason}" for each in self.splits.values() for r in each.results if r.reason]
        said += [f"{name}: {note}" for name, each in self.by_assay.items() for note in each.notes]
        return list(dict.fromkeys([*self.matched, *said]))

    @cached_property
    def diagnoses(self) -> list[Diagnosis]:
        """What looks wrong in any arm, and where one lost or could not be compared."""
        from searchlight.diagnosing import diagnoses_between  # it reads comparisons

        return diagnoses_between(self)

    @property
    def command(self) -> str:
        """What to type for this comparison."""
        words = [*map(str, self.folders), *self.options]
        words += [word for cell, level in self.only.items() for word in ("--only", f"{cell}={level}")]
        if self.measure != experiment_class(self.system).measures[0]:
            words += ["--measure", self.measure.name]
        if len(self.splits) == 1:
            words += ["--split", next(iter(self.splits))]
        return shlex.join(["searchlight", "compare", *words])

    def document(self) -> dict[str, Any]:
        """Plain values, the same bytes for the same runs: what comparison.json holds and `--json` prints."""
        return {
            "command": self.command,
            "diagnoses": [each.to_dict() for each in self.diagnoses],
            "system": self.system,
            "runs": {arm: [str(run.path) for run in runs] for arm, runs in self.arms.items()},
            "splits": {split: comparison.to_dict() for split, comparison in self.splits.items()},
            "assays": {name: each.to_dict() for name, each in self.by_assay.items()},
            "family": FAMILY,
            "notes": self.notes,
            **older_keys(self.by_assay),
        }


def compare_arms(
    folders: Sequence[Path],
    *,
    measure: str | None = None,
    split: str | None = None,
    only: Mapping[str, Any] | None = None,
    assays: Sequence[str] | None = (),
    matched: bool = False,
    tolerance: float = TOLERANCE,
    jobs_at_once: int | None = None,
) -> Compared:
    """Compare the arms in some folders with the first of them.

    `only` keeps the cells with these levels, such as feature = location. `assays` are compared besides, all of
    the system with None; what they have not found yet is measured. `matched` takes checkpoints whose accuracy is
    equal up to the tolerance.

    Raises:
        UsageError: no runs, runs of several systems, a measure, split, level or assay that they do not have, or no
            checkpoints to match.
        ComparabilityError: the runs were made from different data.
    """
    arms = arms_at(folders)
    system = the_system(arms)
    chosen, baseline = measure_named(system, measure), next(iter(arms))
    asked = assays_named(system, assays)
    checked = comparability(arms, baseline)
    arms, matching = (
        matched_arms(arms, experiment_class(system).measures[0], tolerance) if matched else (arms, ())
    )
    only = dict(only or {})
    found = compare_splits(system, arms, chosen, split, only, checked)
    levels = only | ({"split": split} if split else {})
    by_assay = compare_assays(arms, asked, checked, levels, chosen, jobs_at_once)
    what = [chosen.name] if measure else []
    what += [*map(str, only.values()), *(assays or ()), *(["matched"] if matched else [])]
    parts = ["-vs-".join([*list(arms)[1:], baseline]), *what]
    name = "-".join(part.replace("/", "-") for part in parts)
    options = [word for each in assays or () for word in ("--assay", each)]
    options += ["--matched"] if matched else []
    options += ["--tolerance", f"{tolerance:g}"] if matched and tolerance != TOLERANCE else []
    options += ["--only-primary"] if not asked and measure is None else []
    return Compared(system, name, chosen, only, arms, found, by_assay, tuple(options), matching)


def compare_splits(
    system: str,
    arms: Mapping[str, Sequence[Run]],
    measure: Measure,
    split: str | None,
    only: Mapping[str, Any],
    checked: Comparability,
) -> dict[str, Comparison]:
    """Compare by one measure of the system, on every test split or on the one that is asked for."""
    values = pl.concat(
        [
            measured(system, runs, measure, measure.cells).with_columns(arm=pl.lit(arm))
            for arm, runs in arms.items()
        ]
    )
    values = keep(values, only, measure)
    if split and split not in values["split"]:
        raise UsageError(f"{split} is not a split of these runs.{nearest(split, values['split'].unique())}")
    tested = [name for name in values["split"].unique(maintain_order=True) if name.startswith("test/")]
    return {
        name: compare(
            values.filter(pl.col("split") == name).drop("split"),
            measure.cells,
            next(iter(arms)),
            metric=measure.name,
            chance=measure.chance,
            higher_is_better=measure.higher_is_better,
            bounds=measure.bounds,
            checked=checked,
        )
        for name in ([split] if split else tested)
    }


def compare_assays(
    arms: Mapping[str, Sequence[Run]],
    assays: Sequence[Assay],
    checked: Comparability,
    only: Mapping[str, Any],
    primary: Measure,
    jobs_at_once: int | None,
) -> dict[str, AssayComparison]:
    """Measure what is missing, then compare by each assay; the primary measure has been compared already."""
    measure_all([run for runs in arms.values() for run in runs], assays, jobs_at_once=jobs_at_once)
    archive = Archive(arms, cache(find))
    kind = experiment_class(the_system(arms))
    levels = {**only, **{other: only[name] for name, other in kind.also_called.items() if name in only}}
    return {
        assay.name: compare_assay(
            archive,
            assay,
            next(iter(arms)),
            checked=checked,
            only=levels,
            without=(primary.name, f"overall_{primary.name}"),
        )
        for assay in assays
    }


def assays_named(system: str, names: Sequence[str] | None) -> list[Assay]:
    """The assays of a system with these names, each once; all of them with None."""
    if names is None:
        return list(experiment_class(system).assays)
    return [assay_named(system, name) for name in dict.fromkeys(names)]


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


def keep(values: pl.DataFrame, levels: Mapping[str, Any], measure: Measure) -> pl.DataFrame:
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
