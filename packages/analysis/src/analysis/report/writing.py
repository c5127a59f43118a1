"""A page written whole, and small enough to be sent around."""

from pathlib import Path

from analysis.errors import AnalysisError
from analysis.files import write_atomically
from analysis.report.fitting import fitted
from analysis.report.page import Report

LARGEST = 10_000_000
"""Bytes beyond which a page would no longer open at once."""


def write_report(path: Path | str, report: Report) -> None:
    """Write the page whole or not at all, with lighter or fewer pictures where it would have more than 10 MB.

    Raises:
        AnalysisError: it would be larger even without a picture.
        StoreError: the system refused.
    """
    page = fitted(report, LARGEST).html().encode()
    if len(page) > LARGEST:
        raise AnalysisError(
            f"{path} would have {len(page) / 1e6:.1f} MB even without its pictures, at most 10 are sent around; "
            "use fewer rows"
        )
    write_atomically(path, lambda file: file.write_bytes(page))
