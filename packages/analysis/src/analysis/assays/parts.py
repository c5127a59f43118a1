"""The parts of a run's table and of its findings that an assay asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from analysis.assays.averages import over_networks
from analysis.assays.findings import Finding, Findings
from analysis.assays.measures import Measure
from analysis.estimates import Estimate


def tested_splits(trials: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each test split, in the order in which they are stored."""
    tested = trials.filter(pl.col("split").str.starts_with("test/"))
    for (split,), part in tested.group_by("split", maintain_order=True):
        yield str(split), part


def only(found: Mapping[str, Sequence[Findings]], measure: Measure, **cell: Any) -> dict[str, list[Findings]]:
    """The figures of a measure at these levels, of the cells that have them: what is drawn is no mean over both."""
    return {
        arm: [replace(each, figures=tuple(_at(each, measure, cell))) for each in networks]
        for arm, networks in found.items()
    }


def curve(networks: Sequence[Findings], measure: Measure, *, along: str, **cell: Any) -> dict[Any, Estimate]:
    """A measure by the levels of one cell, over networks; of one network with the intervals that it has itself."""
    chosen = only({"": networks}, measure, **cell)
    if len(networks) == 1:
        return {each.cell[along]: each.estimate for each in chosen[""][0].figures}
    return dict(over_networks(chosen, measure, along=along).get(measure.name, {"": {}})[""])


def _at(found: Findings, measure: Measure, cell: Mapping[str, Any]) -> Iterator[Finding]:
    for each in found.of(measure.name):
        if all(each.cell.get(name, level) == level for name, level in cell.items()):
            yield each
