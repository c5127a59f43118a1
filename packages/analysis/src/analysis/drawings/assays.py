"""What every assay's findings are drawn as: its own drawings, its estimates by arm, and its matrices."""

import math
from collections.abc import Iterator, Mapping

from analysis.assays.archive import Archive
from analysis.assays.assay import Assay
from analysis.drawings.drawing import Drawing
from analysis.drawings.matrices import matrix_drawings
from analysis.estimates import Estimate
from analysis.figures.intervals import ByArm, interval_plot
from analysis.interactive import Interactive, interval_view
from analysis.report.assay_rows import cell_rows, overall_rows
from analysis.report.sections import in_words
from analysis.report.wording import plain


def assay_drawings(archive: Archive, assay: Assay) -> Iterator[Drawing]:
    """The assay's own drawings, then all its estimates and matrices to choose from."""
    found = {arm: archive.findings(arm, assay.name) for arm in archive.runs}
    if not any(each.figures for findings in found.values() for each in findings):
        return
    yield from assay.draw(found)
    if estimates := _estimates(archive, assay):
        yield _intervals(assay, estimates)
    yield from matrix_drawings(assay, found)


def _estimates(archive: Archive, assay: Assay) -> dict[tuple[str, str], dict[str, dict[str, Estimate]]]:
    """By measure and split: estimates by arm and cell; what is not estimable stands in the table."""
    found: dict[tuple[str, str], dict[str, dict[str, Estimate]]] = {}
    for measure in assay.measures:
        overall = overall_rows(archive, assay, measure)
        for row in [*overall, *cell_rows(archive, assay, measure)]:
            if math.isfinite(row.estimate.value):
                split = in_words({"split": row.levels.get("split")}) or "all"
                rest = in_words({name: level for name, level in row.levels.items() if name != "split"})
                by_arm = found.setdefault((measure.name, split), {arm: {} for arm in archive.runs})
                by_arm[row.arm][rest or "overall"] = row.estimate
    return found


def _intervals(assay: Assay, estimates: Mapping[tuple[str, str], ByArm]) -> Drawing:
    splits = {split for _, split in estimates}
    chosen = {(key if len(splits) > 1 else key[:1]): each for key, each in estimates.items()}
    first = next(iter(estimates))
    views = {key: interval_view(each, label=plain(key[0])) for key, each in chosen.items()}
    selectors = ("measure", "split")[: len(next(iter(views)))]
    measures = ", ".join(dict.fromkeys(plain(name) for name, _ in estimates))
    more = f"; the selectors show {measures}" if len(views) > 1 else ""
    return Drawing(
        f"{assay.name}-estimates",
        interval_plot(estimates[first], label=plain(first[0])),
        f"{plain(first[0]).capitalize()} by arm, over all cells and in each{more}.",
        f"Interval plot of {plain(first[0])} for {', '.join(estimates[first])}; the numbers stand in the table above.",
        "Dashed marks are chance, grey bars the null, where there is one.",
        Interactive(views, selectors),
    )
