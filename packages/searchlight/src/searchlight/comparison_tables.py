"""A comparison as tables on the command line."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat

from analysis import AssayComparison, Comparison, Difference, Estimate, Graded, Measure, Result
from analysis.comparison.arms import SHARED
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
    for note in merged(notes, list(found.arms)):
        console.say(f"note: {note}")


def merged(notes: Sequence[str], arms: Sequence[str]) -> list[str]:
    """Notes with the same words on several arms as one, each note once."""
    told: dict[tuple[str, str], list[str]] = {}
    named = re.compile(rf"^(.*?)\b({'|'.join(map(re.escape, sorted(arms, key=len, reverse=True)))}): ")
    for note in dict.fromkeys(notes):
        match = named.match(note)
        before, arm = match.groups() if match else ("", "")
        told.setdefault((before, note[match.end() :] if match else note), []).append(arm)
    return [
        f"{before}{', '.join(arms)}: {text}" if any(arms) else text for (before, text), arms in told.items()
    ]


def seeds_of(found: Compared) -> str:
    """How many networks each arm has."""
    return ", ".join(f"{arm} n = {len(runs)}" for arm, runs in found.arms.items())


def show_table(comparison: Comparison, where: str, seeds: str, *, brief: bool = False) -> None:
    """A row per cell and arm, the overall rows first; with `brief` cells without a difference are counted alone."""
    chance = f", chance {comparison.chance:g}" if comparison.chance is not None else ""
    name = headed(comparison.metric)
    title = f"\n{where}{name}{chance}; 95 % intervals over seeds ({seeds})"
    columns = ["cell", "arm", name, "difference", *CELL_COLUMNS]
    kept, others = told_apart(comparison.results) if brief else (comparison.results, 0)
    rows = [table_row(result, comparison.metric) for result in kept]
    console.show_table(columns, rows, title=title, words=(0, 1, 6))
    if others:
        console.say(f"{others} cells without detectable difference (all of them in the report)")


def told_apart(results: Sequence[Result]) -> tuple[list[Result], int]:
    """The overall rows, then those of cells in which an arm differs or is not comparable; how many cells are left."""
    cells: dict[str, list[Result]] = {}
    for result in results:
        cells.setdefault(result.label, []).append(result)
    undecided = ("baseline", "no detectable difference")
    left = [
        label
        for label, rows in cells.items()
        if rows[0].cell and all(result.verdict in undecided for result in rows)
    ]
    return [result for result in results if result.label not in left], len(left)


def table_row(result: Result, metric: str) -> list[str]:
    """A result of a comparison as the cells of a table."""
    gap = result.difference
    verdict = result.reason if result.reason == SHARED else result.verdict
    return [
        result.label,
        result.arm,
        shown(result.estimate, metric) if result.estimate else "",
        shown(gap.estimate, metric, signed=True) if gap else "",
        effect(gap) if gap else "",
        f"{result.p_corrected:.3g}" if gap else "",
        verdict,
    ]


def effect(gap: Difference) -> str:
    """The standardised size of a difference; a ratio, as of steps, is called one and has no sign."""
    if not math.isfinite(gap.effect_size):
        return ""
    return f"{gap.effect_size:z.2f} times" if "ratio" in gap.effect else f"{gap.effect_size:+z.2f}"


def headed(metric: str) -> str:
    """A metric with its unit, where it is told in another than its own."""
    return f"{metric} (MB)" if metric.endswith("_bytes") else metric


def shown(estimate: Estimate, metric: str, *, signed: bool = False) -> str:
    """An estimate for a table: bytes as MB, steps as whole numbers."""
    if metric.endswith("_bytes"):
        value, low, high = (each / 1e6 for each in (estimate.value, estimate.low, estimate.high))
        return short(replace(estimate, value=value, low=low, high=high), signed=signed, places=1)
    return short(estimate, signed=signed, places=0 if metric.startswith("steps") else 3)


def show_lines(found: Compared) -> None:
    """One line for each figure and arm: the overall difference, and in how many cells there is one."""
    rows = [
        [name, headed(measure), part, *line]
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
    """The overall row of each arm beside the baseline's; where there is one arm alone, its own; a shared one once."""
    baseline = comparison.result(comparison.baseline).estimate
    theirs = shown(baseline, comparison.metric) if baseline else ""
    results = [comparison.result(arm) for arm in comparison.arms[1:]]
    if not results:
        yield [comparison.baseline, theirs, "", "", "", "nothing to compare with", ""]
    elif all(result.reason == SHARED for result in results):
        yield ["every arm", theirs, "", "", "", SHARED, ""]
    else:
        for result in results:
            row = table_row(result, comparison.metric)
            yield [result.arm, row[2], theirs, row[3], *row[5:], differing(comparison, result.arm)]


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
                where = f"{name}{f', {part}' if part else ''}: "
                show_table(comparison, where, seeds_of(found), brief=True)


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
        cells = [result for result in comparison.results if result.cell] or comparison.results
        for result in cells:
            if result.difference:
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
        told = [note for note in compared.notes if (lacking and note.startswith(lacking)) or undecided(note)]
        yield from (f"{name}: {note}" for note in told)
        if more := len(compared.notes) - len(told):
            yield f"{name}: {more} notes on what was left out or not estimable; --assay {name} tells them"


def undecided(note: str) -> bool:
    """Whether a note says that interval and test disagree."""
    return "but the interval holds" in note or "the interval leaves" in note or "there is no interval" in note


def changes(run: Run) -> str:
    """What a `+` in the name of an arm stands for."""
    return ", ".join(f"{name} {value}" for name, value in of_run(whole(run).path).changed.items())
