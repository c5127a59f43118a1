"""What an assay found, as a section of a page."""

from collections.abc import Sequence

from analysis.archive import Archive
from analysis.assay_comparison import AssayComparison
from analysis.assay_rows import cell_rows, overall_rows
from analysis.assays import Assay
from analysis.finding_table import FindingTable
from analysis.pictures import Picture
from analysis.sections import Section
from analysis.wording import plain


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
