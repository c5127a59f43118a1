"""What a demonstration on grids tells besides its verdicts: every family, and where attention goes."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from analysis import Estimate, Finding, Measure, Run, mean_estimate
from arc_context.assays.layers import headline
from arc_context.assays.lookup import EXCESS, MASS, UNIFORM, Looks, looks_by_family
from arc_context.metrics import EXACT_MATCH, FOREGROUND, measured
from arc_context.pictures.seen_task import UNTRAINED
from searchlight.controls import control_of
from searchlight.experiments.base import Facts
from searchlight.results import short

ATTENTION = (
    "attention on the support cells that settle a test cell, the first seed, 95 % intervals over tasks"
)
ATTENTION_COLUMNS = ("arm", "family", "attention", "uniform attention", "attention − uniform, p")


def conclusion(arms: Mapping[str, Sequence[Run]]) -> Sequence[Facts]:
    """Exact match and right foreground by family, what training took; attention only where an arm attends."""
    rows = [row for arm, runs in arms.items() for row in attention_rows(arm, runs[0])]
    attention = Facts(ATTENTION, ATTENTION_COLUMNS, rows)
    tables = [by_family(arms, measure) for measure in (EXACT_MATCH, FOREGROUND)]
    return (*tables, costs(arms), *([attention] if rows else []))


def by_family(arms: Mapping[str, Sequence[Run]], measure: Measure) -> Facts:
    """A measure of every arm in every tested family."""
    told = {arm: means([run.trials() for run in runs], measure) for arm, runs in arms.items()}
    cells = list(dict.fromkeys(cell for each in told.values() for cell in each))
    rows = [(*cell, *(short(each[cell]) if cell in each else "" for each in told.values())) for cell in cells]
    seeds = max(map(len, arms.values()))
    name = measure.name.replace("_", " ")
    title = f"{name} on fresh parameters and held-out families, {seeds} seeds, 95 % intervals over seeds"
    return Facts(title, ("split", "family", *map(named, told)), rows)


def means(tables: Sequence[pl.DataFrame], measure: Measure) -> dict[tuple[str, str], Estimate]:
    """Mean and interval over seeds, by test split and family."""
    tested = pl.concat(tables, how="vertical").select("split", "family").unique(maintain_order=True)
    order = [cell for cell in tested.iter_rows() if cell[0].startswith("test/")]
    values = pl.concat([measured(table, measure, ("split", "family")) for table in tables])
    found = {
        (str(split), str(family)): mean_estimate(part["value"].to_numpy()).within(*measure.bounds)
        for (split, family), part in values.group_by("split", "family")
    }
    return {cell: found[cell] for cell in order if cell in found}


def costs(arms: Mapping[str, Sequence[Run]]) -> Facts:
    """What each arm was trained on and took: steps are what arms have in common, not time."""
    rows = [row for arm, runs in arms.items() for row in cost_rows(arm, runs)]
    columns = ("arm", "parameters", "optimiser steps", "CPU seconds of a training")
    return Facts("what training took, means over seeds", columns, rows)


def cost_rows(arm: str, runs: Sequence[Run]) -> Iterator[tuple[str, ...]]:
    """Those of an arm; none of a baseline, which fits itself."""
    parameters = runs[0].environment().get("parameters")
    if parameters is not None:
        ends = [
            run.metrics().filter(pl.col("kind") == "epoch").select("step", "cpu_seconds").max()
            for run in runs
        ]
        steps, seconds = (pl.concat(ends)[name].mean() for name in ("step", "cpu_seconds"))
        yield named(arm), f"{parameters:,}", f"{steps:.0f}", f"{seconds:.1f}"


def attention_rows(arm: str, run: Run) -> Iterator[tuple[str, ...]]:
    """What each family's look has on the cells that settle a test cell, trained and untrained."""
    if trained := looks_of(run):
        untrained = looks_of(control_of(run, UNTRAINED))
        for family, found in trained.items():
            yield named(arm), family, *figures(found)
            yield f"{named(arm)}, {UNTRAINED}", family, *figures(untrained[family])


def looks_of(run: Run) -> dict[str, Looks]:
    """All test splits together."""
    trials = run.trials().with_row_index("row").filter(pl.col("split").str.starts_with("test/"))
    return looks_by_family(run.attention(), trials)


def figures(found: Looks) -> tuple[str, ...]:
    """Mass in the headline look, that of uniform attention, and how far the first is above it."""
    look = found[headline(found)]
    mass, uniform = (short(look[measure.name].estimate) for measure in (MASS, UNIFORM))
    return mass, uniform, gap(look[EXCESS.name])


def gap(excess: Finding) -> str:
    """A difference with its interval, and how probable its size is by chance."""
    null = excess.estimate.null
    return short(excess.estimate, signed=True) + (f", p {null.p:.2g}" if null is not None else "")


def named(arm: str) -> str:
    """An arm without the name of the preset that all arms of a demonstration share."""
    return arm.removeprefix("demo_").removeprefix("quick_")
