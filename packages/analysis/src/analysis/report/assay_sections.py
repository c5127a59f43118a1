"""What an assay found, as a section of a page."""

from collections.abc import Sequence

from analysis.assays.archive import Archive
from analysis.assays.assay import Assay
from analysis.assays.finding_table import FindingTable
from analysis.comparison.assays import AssayComparison
from analysis.report.assay_rows import cell_rows, overall_rows
from analysis.report.pictures import Picture
from analysis.report.sections import Section
from analysis.report.wording import plain


def assay_section(archive: Archive, assay: Assay, pictures: Sequence[Picture] = ()) -> Section:
    """An assay's question, its measures over the networks of every arm, and what it could not tell."""
    rows = [row for measure in assay.measures for row in overall_rows(archive, assay, measure)]
    cells = [row for measure in assay.measures for row in cell_rows(archive, assay, measure)]
    notes = list(FindingTable(archive, assay, {}).notes())
    return Section(
        plain(assay.name).capitalize(), assay.question, rows, cells, pictures=pictures, notes=notes
    )


def compared_section(found: AssayComparison, pictures: Sequence[Picture] = ()) -> Section:
    """An assay's measures in several arms against the baseline, part by part."""
    parts = {
        f"{plain(measure)}{f', {plain(part)}' if part else ''}": comparison
        for measure, by_part in found.measures.items()
        for part, comparison in by_part.items()
    }
    notes = (*found.sentences, *found.notes)
    return Section(
        plain(found.assay).capitalize(), found.question, comparisons=parts, pictures=pictures, notes=notes
    )
