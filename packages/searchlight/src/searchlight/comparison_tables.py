"""A comparison as tables on the command line."""

import math
from collections.abc import Iterator, Mapping
from itertools import repeat

from analysis import AssayComparison, Comparison, Graded, Measure, Result
from analysis.comparison.assays import FAMILY
from analysis.store import Run
from searchlight import console
from searchlight.assaying import assay_named
from searchlight.comparing import Compared
from searchlight.configuration import of_run
from searchlight.matching import whole
from searchlight.results import short

CELL_COLUMNS = ("effect size", "p (Holm)", "verdict")


def show_comparison(found: Compared, *, cells: bool = False) -> None:
    """The primary measure by split and cell, a line for each figure of every assay, and what a reader should know.

    With `cells` the assays are told cell by cell, and all of their notes.
    """
    for split, comparison in found.splits.items():
        show_table(comparison, f"{split}: ", seeds_of(found))
    if found.by_assay and cells:
        show_cells(found)
    elif found.by_assay:
        show_lines(found)
    for name, compared in found.by_assay.items():
        show_difficulty(found, name, compared)
    notes = [f"{arm}: {changed}" for arm, runs in found.arms.items() if (changed := changes(runs[0]))]
    notes += found.notes if cells else shortened(found)
    for note in dict.fromkeys(notes):
        console.say(f"note: {note}")


def seeds_of(found: Compared) -> str:
    """How many networks each arm has."""
    return ", ".join(f"{arm} n = {len(runs)}" for arm, runs in found.arms.items())


def show_table(comparison: Comparison, where: str, seeds: str) -> None:
    """A row per cell and arm, the overall rows first."""
    chance = f", chance {comparison.chance:g}" if comparison.chance is not None else ""
    title = f"\n{where}{comparison.metric}{chance}; 95 % intervals over seeds ({seeds})"
    columns = ["cell", "arm", comparison.metric, "difference", *CELL_COLUMNS]
    rows = [table_row(result) for result in comparison.results]
    console.show_table(columns, rows, title=title, words=(0, 1, 6))


def table_row(result: Result) -> list[str]:
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


def show_lines(found: Compared) -> None:
    """One line for each figure and arm: the overall difference, and in how many cells there is one."""
    rows = [
        [name, measure, part, *line]
        for name, compared in found.by_assay.items()
        for measure, parts in compared.measures.items()
        if not isinstance(measures_of(found, name)[measure], Graded)
        for part, comparison in parts.items()
        for line in overall_lines(comparison)
    ]
    if not rows:
        return
    title = f"\neverything else: means over networks, 95 % intervals; p is corrected (Holm) over {FAMILY}"
    columns = ["assay", "measure", "of", "arm", "value", "baseline", "difference", "p (Holm)", "verdict"]
    console.show_table([*columns, "cells that differ"], rows, title=title, words=(0, 1, 2, 3, 8, 9))


def measures_of(found: Compared, assay: str) -> Mapping[str, Measure]:
    """The measures of an assay by name."""
    return {measure.name: measure for measure in assay_named(found.system, assay).measures}


def overall_lines(comparison: Comparison) -> Iterator[list[str]]:
    """The overall row of each arm beside the baseline's; where there is one arm alone, its own."""
    baseline = comparison.result(comparison.baseline).estimate
    theirs = short(baseline) if baseline else ""
    if len(comparison.arms) == 1:
        yield [comparison.baseline, theirs, "", "", "", "nothing to compare with", ""]
    for arm in comparison.arms[1:]:
        result = comparison.result(arm)
        row = table_row(result)
        yield [arm, row[2], theirs, row[3], *row[5:], differing(comparison, arm)]


def differing(comparison: Comparison, arm: str) -> str:
    """In how many cells an arm differs from the baseline."""
    cells = [result for result in comparison.results if result.cell and result.arm == arm]
    named = [result.verdict for result in cells]
    counts = {word: named.count(word) for word in dict.fromkeys(named) if word in DIFFERENT}
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    return f"{told or 'none'} of {len(cells)}" if len(cells) > 1 else ""


DIFFERENT = ("better", "worse", "higher", "lower")


def show_cells(found: Compared) -> None:
    """A table for each measure and part of every assay."""
    for name, compared in found.by_assay.items():
        for measure, parts in compared.measures.items():
            if isinstance(measures_of(found, name)[measure], Graded):
                continue
            for part, comparison in parts.items():
                show_table(comparison, f"{name}{f', {part}' if part else ''}: ", seeds_of(found))


def show_difficulty(found: Compared, name: str, compared: AssayComparison) -> None:
    """How far arms are apart at each level of a difficulty, split by split, and where more than elsewhere."""
    for measure, parts in compared.measures.items():
        if isinstance(measures_of(found, name)[measure], Graded):
            splits = list(dict.fromkeys(part.rpartition(", ")[0] for part in parts))
            rows = [
                [*labels, *map(gaps.get, splits, repeat(""))] for labels, gaps in levels_of(parts).items()
            ]
            title = f"\n{name}: differences in {measure} from the baseline, by level"
            console.show_table(["by", "level", "arm", *splits], rows, title=title, words=(0, 1, 2))
    for sentence in compared.sentences:
        console.say(f"{name}: {sentence}")


def levels_of(parts: Mapping[str, Comparison]) -> dict[tuple[str, str, str], dict[str, str]]:
    """Differences by what is graded, level and arm, and then by split."""
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for part, comparison in parts.items():
        split, _, by = part.rpartition(", ")
        for result in comparison.results:
            if result.cell and result.difference:
                gap = short(result.difference.estimate, signed=True)
                rows.setdefault((by, result.label, result.arm), {})[split] = gap
    return rows


def shortened(found: Compared) -> Iterator[str]:
    """The notes on the primary measure, what an arm lacks altogether, and how many more an assay has."""
    yield from (
        note for note in found.notes if not note.startswith(tuple(f"{name}: " for name in found.by_assay))
    )
    for name, compared in found.by_assay.items():
        lacking = tuple(f"{arm}: " for arm in compared.absent(found.arms))
        told = [note for note in compared.notes if lacking and note.startswith(lacking)]
        yield from (f"{name}: {note}" for note in told)
        if more := len(compared.notes) - len(told):
            yield f"{name}: {more} notes on what was left out or not estimable; --assay {name} tells them"


def changes(run: Run) -> str:
    """What a `+` in the name of an arm stands for."""
    return ", ".join(f"{name} {value}" for name, value in of_run(whole(run).path).changed.items())
