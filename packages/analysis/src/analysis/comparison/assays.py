"""Arms compared by everything that an assay found in their runs, as far as they have it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analysis.assays.archive import Archive
from analysis.assays.assay import Assay
from analysis.assays.finding_table import FindingTable
from analysis.assays.measures import Arrival, Graded, Measure
from analysis.comparison.arms import OVERALL, SHARED, Comparison, Result, compare, one_family
from analysis.comparison.arrivals import compare_arrivals
from analysis.comparison.comparability import Comparability
from analysis.comparison.interaction import interaction, told
from analysis.shown import Shown

FAMILY = "the overall differences of one assay: all its measures and parts, and all arms"
"""What p of an overall row is corrected over; p of a cell is corrected over the cells of its arm and measure."""

Parts = dict[str, Comparison]
"""By split and levels that stand apart, in words; the empty word for the whole."""


@dataclass(frozen=True)
class AssayComparison(Shown):
    """Every measure of an assay over the networks of some arms, part by part, and what could not be compared.

    `interactions` holds, for graded measures, by how much a difference at one level is another than at the others.
    """

    assay: str
    question: str
    measures: Mapping[str, Parts]
    interactions: Mapping[str, Parts]
    notes: tuple[str, ...]

    def shown(self) -> Iterator[tuple[str, Any]]:
        """The table of every measure and part, and the notes."""
        yield self.assay, self.question
        for measure, parts in self.measures.items():
            for part, found in parts.items():
                yield f"{measure} {part}".strip(), found
        for note in self.notes:
            yield "note", note

    @property
    def sentences(self) -> list[str]:
        """Where arms differ more than elsewhere, in words, and where they do not."""
        said, none = [], []
        for parts in self.interactions.values():
            for part, found in parts.items():
                lines = [f"{part}: {each}" if part else each for each in told(found)]
                said += lines
                none += [] if lines else [part or found.metric]
        return said + (
            [f"no level at which arms detectably differ more than at the others: {'; '.join(none)}"]
            if none
            else []
        )

    def absent(self, arms: Iterable[str]) -> list[str]:
        """Those of some arms of which no figure is known."""
        known = {arm for parts in self.measures.values() for each in parts.values() for arm in each.arms}
        return [arm for arm in arms if arm not in known]

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "question": self.question,
            "measures": _plain(self.measures),
            "interactions": _plain(self.interactions),
            "interactions_told": self.sentences,
            "notes": list(self.notes),
        }


def compare_assay(
    archive: Archive,
    assay: Assay,
    baseline: str,
    *,
    checked: Comparability | None = None,
    only: Mapping[str, Any] | None = None,
    without: Sequence[str] = (),
) -> AssayComparison:
    """Compare the arms of an archive with a baseline by each measure of an assay; networks are the units.

    Each split, and each level that stands apart, is a part of its own. Where the baseline lacks a measure the first
    arm that has it stands in; cells that an arm lacks are left out for all; both are noted. `only` keeps cells with
    these levels, of those columns that a measure has; `without` names measures that are compared elsewhere.

    Raises:
        AnalysisError: a finding stands twice.
    """
    table = FindingTable(archive, assay, dict(only or {}))
    measures, interactions, notes = {}, {}, [*table.notes()]
    for measure in assay.measures:
        if measure.name in without:
            continue
        parts = dict(table.parts(measure, notes))
        made = {
            part: _compared(rows, measure, baseline, checked, part, notes) for part, rows in parts.items()
        }
        measures[measure.name] = made
        if isinstance(measure, Graded):
            interactions[measure.name] = dict(_interactions(parts, made, measure, checked))
    family = iter(one_family([found for parts in measures.values() for found in parts.values()]))
    corrected = {name: {part: next(family) for part in parts} for name, parts in measures.items() if parts}
    notes += _undecided(corrected)
    return AssayComparison(assay.name, assay.question, corrected, interactions, tuple(dict.fromkeys(notes)))


def _undecided(measures: Mapping[str, Parts]) -> Iterator[str]:
    """Where interval and test disagree, so that there is no verdict."""
    for name, parts in measures.items():
        for part, found in parts.items():
            for result in found.results:
                if result.reason not in ("", SHARED) and result.verdict == "no detectable difference":
                    where = ", ".join(filter(None, (part, *map(str, result.cell.values()))))
                    yield f"{name}{f' ({where})' if where else ''}: {result.arm}: {result.reason}"


def _compared(
    rows: pl.DataFrame,
    measure: Measure,
    baseline: str,
    checked: Comparability | None,
    part: str,
    notes: list[str],
) -> Comparison:
    arms = rows["arm"].unique(maintain_order=True).to_list()
    reference = baseline if baseline in arms else arms[0]
    where = f"{measure.name}{f' ({part})' if part else ''}"
    if reference != baseline:
        notes.append(f"{where}: {baseline} has none; held against {reference}")
    if isinstance(measure, Arrival):
        return compare_arrivals(rows, reference, measure, checked=checked)
    shared = _shared(rows, where, notes)
    found = compare(
        shared.drop("chance", "reached"),
        _cells(shared),
        reference,
        metric=measure.name,
        chance=measure.chance,
        higher_is_better=measure.higher_is_better,
        bounds=measure.bounds,
        checked=checked,
    )
    return _with_chances(found, shared)


def _cells(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name not in ("arm", "seed", "value", "chance", "reached")]


def _shared(rows: pl.DataFrame, where: str, notes: list[str]) -> pl.DataFrame:
    """The cells that every arm has; the others are noted. Arms without a common cell keep all of theirs."""
    cells = _cells(rows)
    if not cells:
        return rows
    arms = rows["arm"].n_unique()
    kept = rows.filter(pl.col("arm").n_unique().over(cells) == arms)
    if kept.is_empty():
        notes.append(f"{where}: the arms have no cell in common")
        return rows
    lost = rows.filter(pl.col("arm").n_unique().over(cells) < arms)
    for cell in lost.select(cells).unique(maintain_order=True).rows(named=True):
        there = lost.filter(*(pl.col(name) == level for name, level in cell.items()))["arm"].unique(
            maintain_order=True
        )
        label = Result(cell, "", None, None, math.nan, "baseline").label
        notes.append(f"{where}: {label} is left out, only {', '.join(there)} has it")
    return kept


def _with_chances(found: Comparison, rows: pl.DataFrame) -> Comparison:
    """Give estimates the chance level of their own cell, where the findings tell one."""
    known = rows.filter(pl.col("chance").is_not_null())
    if known.is_empty():
        return found
    results = []
    for result in found.results:
        here = known.filter(*(pl.col(name) == level for name, level in result.cell.items()))["chance"]
        chance = here.mean() if len(here) else None
        estimate = result.estimate and replace(result.estimate, chance=chance)
        results.append(replace(result, estimate=estimate))
    return replace(found, results=tuple(results))


def _interactions(
    parts: Mapping[str, pl.DataFrame],
    made: Mapping[str, Comparison],
    measure: Measure,
    checked: Comparability | None,
) -> Iterator[tuple[str, Comparison]]:
    for part, found in made.items():
        rows = _shared(parts[part], measure.name, []).drop("chance", "reached")
        cells = list(found.cells)
        whole = rows.filter(pl.len().over("arm", "seed") == rows.select(cells).n_unique()) if cells else rows
        if cells and whole.select(cells).n_unique() > 1 and found.baseline in set(whole["arm"]):
            yield part, interaction(rows, cells, found.baseline, metric=measure.name, checked=checked)


def _plain(measures: Mapping[str, Parts]) -> dict[str, dict[str, Any]]:
    return {
        name: {part or OVERALL: each.to_dict() for part, each in parts.items()}
        for name, parts in measures.items()
    }
