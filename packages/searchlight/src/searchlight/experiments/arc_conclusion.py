"""What a demonstration on grids tells besides its verdicts: every family, and where attention goes."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from analysis import Estimate, Finding, Measure, Run, mean_estimate
from arc_context.assays.layers import LAST
from arc_context.assays.lookup import EXCESS, MASS, UNIFORM, of_family
from arc_context.metrics import EXACT_MATCH, FOREGROUND, measured
from searchlight.experiments.base import Facts
from searchlight.results import short


def conclusion(arms: Mapping[str, Sequence[Run]]) -> Sequence[Facts]:
    """Exact match and right foreground by family, what training took; attention only where an arm attends."""
    rows = [row for arm, runs in arms.items() for row in attention_rows(arm, runs[0])]
    columns = ("arm", "family", "on what settles the cell", "uniform attention", "difference, p")
    attention = Facts("attention of the last layer, the first seed, 95 % intervals over tasks", columns, rows)
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
    """Mass on the cells that settle a test cell, that of uniform attention, and their difference, by family."""
    trials = run.trials().with_row_index("row").filter(pl.col("split").str.starts_with("test/"))
    for (family,), rows in trials.group_by("family", maintain_order=True):
        found = {
            each.measure: each for each in of_family(run.attention(), rows, {}) if each.cell["layer"] == LAST
        }
        if found:
            shown = (found[measure.name] for measure in (MASS, UNIFORM))
            yield named(arm), str(family), *(short(each.estimate) for each in shown), gap(found[EXCESS.name])


def gap(excess: Finding) -> str:
    """A difference with its interval, and how probable its size is by chance."""
    null = excess.estimate.null
    return short(excess.estimate, signed=True) + (f", p {null.p:.2g}" if null is not None else "")


def named(arm: str) -> str:
    """An arm without the name of the preset that all arms of a demonstration share."""
    return arm.removeprefix("demo_").removeprefix("quick_")
