"""The parts of a run's tables that assays ask for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from analysis import Findings, Measure

COUNTED, LEFT_OUT = "counted", "left out"
"""Detections of nothing count as transient; figures stand beside the same without them."""


def tested_splits(trials: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each test split, in the order in which they are stored."""
    tested = trials.filter(pl.col("split").str.starts_with("test/"))
    for (split,), part in tested.group_by("split", maintain_order=True):
        yield str(split), part


def with_and_without_clutter(part: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """All rows; then those that are of an object, where some are not and some are: else both would be the same."""
    yield COUNTED, part
    if "clutter" in part.columns and part["clutter"].any() and not part["clutter"].all():
        yield LEFT_OUT, part.filter(~pl.col("clutter"))


def only(found: Mapping[str, Sequence[Findings]], measure: Measure, **cell: Any) -> dict[str, list[Findings]]:
    """The figures of a measure at these levels, of the cells that have them: what is drawn is no mean over both."""
    return {
        arm: [replace(each, figures=tuple(figures(each, measure, cell))) for each in networks]
        for arm, networks in found.items()
    }


def figures(found: Findings, measure: Measure, cell: Mapping[str, Any]) -> Iterator[Any]:
    """Those of one network."""
    for each in found.of(measure.name):
        if all(each.cell.get(name, level) == level for name, level in cell.items()):
            yield each
