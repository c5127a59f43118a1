"""What an assay found, as the rows of a page; where there are several networks they are the units."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.assays.archive import Archive
from analysis.assays.assay import Assay
from analysis.assays.findings import Finding
from analysis.assays.measures import Measure
from analysis.estimates import Estimate, Null
from analysis.inference.student_t import mean_estimate
from analysis.report.sections import Row, in_words
from analysis.report.wording import number

Found = Mapping[int, Sequence[Finding]]
"""The figures of one cell by seed."""


def overall_rows(archive: Archive, assay: Assay, measure: Measure) -> list[Row]:
    """One row per arm, split, and level that stands apart: what a network has there is the mean over its cells."""
    return _rows(archive, assay, measure, ("split", *measure.apart))


def cell_rows(archive: Archive, assay: Assay, measure: Measure) -> list[Row]:
    """One row per arm and cell; none where the overall rows say as much."""
    every = _rows(archive, assay, measure, None)
    return every if len(every) > len(overall_rows(archive, assay, measure)) else []


def over_networks(found: Found, measure: Measure) -> Estimate:
    """Mean and interval over networks; of one network its own figure, or the mean of its figures.

    The chance level is that of the figures, and the measure's where they have none.
    """
    figures = [figure.estimate for each in found.values() for figure in each]
    levels = [each.chance for each in figures if each.chance is not None]
    chance = float(np.mean(levels)) if levels else measure.chance
    if len(figures) == 1:
        return replace(figures[0], chance=chance)
    known = {seed: _mean([figure.estimate.value for figure in each]) for seed, each in found.items()}
    values = [value for value in known.values() if math.isfinite(value)]
    if not values:
        return Estimate.not_estimable(_reasons(figures), chance=chance)
    if len(found) == 1:
        return Estimate(
            values[0], math.nan, math.nan, 1, chance, f"mean of {len(figures)} figures of one network"
        )
    return mean_estimate(values, chance=chance).within(*measure.bounds)


def _rows(archive: Archive, assay: Assay, measure: Measure, columns: Sequence[str] | None) -> list[Row]:
    cells: dict[tuple, dict[str, dict[int, list[Finding]]]] = {}
    for arm, runs in archive.runs.items():
        for run in runs:
            for figure in archive.find(run, assay.name).of(measure.name):
                key = tuple((k, v) for k, v in figure.cell.items() if columns is None or k in columns)
                cells.setdefault(key, {}).setdefault(arm, {}).setdefault(run.seed, []).append(figure)
    return [
        Row(
            measure.name,
            over_networks(found, measure),
            in_words(dict(key)),
            arm,
            _held(found),
            _drawn(found),
            dict(key),
        )
        for key, by_arm in sorted(cells.items(), key=lambda pair: _order(pair[0]))
        for arm, found in by_arm.items()
    ]


def _order(key: tuple[tuple[str, Any], ...]) -> list[tuple]:
    """Numbers by size, before words by alphabet."""
    return [
        (name, isinstance(level, str), level if isinstance(level, str | int | float) else str(level))
        for name, level in key
    ]


def _held(found: Found) -> str:
    """The nulls of several figures in words; of one figure the estimate says it itself."""
    mean = _drawn(found)
    return "" if mean is None else f"mean of {len(_nulls(found))} nulls {number(mean)}"


def _drawn(found: Found) -> float | None:
    """The mean of the nulls of several figures; one figure brings its own."""
    nulls = _nulls(found)
    alone = sum(map(len, found.values())) < 2
    return None if alone or not nulls else float(np.mean([null.value for null in nulls]))


def _nulls(found: Found) -> list[Null]:
    return [
        figure.estimate.null for each in found.values() for figure in each if figure.estimate.null is not None
    ]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.mean(known)) if known else math.nan


def _reasons(figures: Sequence[Estimate]) -> str:
    told = dict.fromkeys(each.how.removeprefix("not estimable: ") for each in figures)
    return "; ".join(told) or "no figure"
