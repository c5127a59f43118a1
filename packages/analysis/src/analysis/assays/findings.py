"""What was found in one run, and the two files in which it is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis import files
from analysis.errors import AnalysisError, StoreError
from analysis.estimates import Estimate
from analysis.files import write_atomically
from analysis.shown import Shown


@dataclass(frozen=True)
class Finding(Shown):
    """One figure of one run: what was measured, in which cell, and what came out."""

    measure: str
    estimate: Estimate
    cell: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return {"measure": self.measure, "cell": dict(self.cell), "estimate": self.estimate.to_dict()}


@dataclass(frozen=True)
class Findings:
    """Everything that one assay found in one run: figures, arrays to be drawn, and what a reader should know besides.

    `made_from` identifies the assay's settings and the run's evaluation, so that what is kept can be trusted.
    """

    figures: tuple[Finding, ...]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made_from: str = ""

    def of(self, measure: str) -> Iterator[Finding]:
        """The figures of one measure, in order."""
        return (each for each in self.figures if each.measure == measure)

    def estimate(self, measure: str, **cell: Any) -> Estimate:
        """The figure of a measure in one cell.

        Raises:
            AnalysisError: there is none.
        """
        found = [each for each in self.of(measure) if dict(each.cell) == cell]
        if not found:
            known = ", ".join(dict.fromkeys(each.measure for each in self.figures))
            raise AnalysisError(f"no {measure} in {cell or 'the whole run'}; measured were: {known}")
        return found[0].estimate

    def _repr_html_(self) -> str:
        from analysis.report.rendering import rendered
        from analysis.report.sections import Row, in_words  # pages are made of findings, and so import them

        rows = [Row(each.measure, each.estimate, in_words(each.cell)) for each in self.figures]
        shapes = {name: array.shape for name, array in self.arrays.items()}
        return rendered("findings.html", rows=rows, notes=self.notes, arrays=shapes)

    def write(self, path: Path) -> None:
        """Keep figures and notes as JSON, arrays as .npz beside it; the same findings give the same bytes.

        Raises:
            StoreError: the system refused.
        """
        record = {
            "made_from": self.made_from,
            "notes": list(self.notes),
            "figures": [each.to_dict() for each in self.figures],
        }
        write_atomically(path.with_suffix(".npz"), lambda file: files.write_npz(file, self.arrays))
        write_atomically(path, lambda file: files.write_json(file, record))

    @classmethod
    def read(cls, path: Path) -> "Findings":
        """Read what `write` kept.

        Raises:
            StoreError: a file is not there, or is damaged.
        """
        try:
            record = files.read_json(path)
            arrays = files.read_npz(path.with_suffix(".npz"))
            figures = tuple(
                Finding(each["measure"], Estimate.from_dict(each["estimate"]), each["cell"])
                for each in record["figures"]
            )
            return cls(figures, arrays, tuple(record["notes"]), record["made_from"])
        except Exception as error:  # each format has its own family of errors; all mean the same to a reader
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise StoreError(f"{path} cannot be read, delete it to have it made again: {reason}") from error
