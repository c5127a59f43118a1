"""One question asked of the stored numbers of a run."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from analysis.assays.findings import Findings
from analysis.assays.measures import Measure
from analysis.store import Run

if TYPE_CHECKING:
    from analysis.drawings.drawing import Drawing


class Assay(ABC):
    """What is measured in every run in the same way, so that runs can be compared by it.

    A subclass is a frozen dataclass: its fields are its settings, and what was found is kept with them. `version` is
    raised when its results change. Where a figure is of one split alone its cell names it, besides the measure's own.
    """

    name: ClassVar[str]
    question: ClassVar[str]
    measures: ClassVar[tuple[Measure, ...]]
    controls: ClassVar[tuple[str, ...]] = ()
    """The interventions whose evaluations it reads beside the run's own."""
    version: ClassVar[int] = 1

    def missing(self, run: Run) -> str:
        """Why this run cannot be asked, such as that it kept no attention; empty where it can."""
        return ""

    def controls_of(self, run: Run) -> tuple[str, ...]:
        """Those of its controls that this run can have: one task alone cannot be shuffled."""
        return self.controls

    @abstractmethod
    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """What is found in a complete run and its controls; what cannot be estimated says so in its place."""

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> "Iterator[Drawing]":
        """Figures of what was found in the runs of each arm; the first arm is the baseline."""
        yield from ()

    def identity(self, run: Run) -> str:
        """A digest of the assay with its settings, and of what the run and its evaluation were made from."""
        told = [self.name, self.version, repr(self), run.config(), run.seed, run.environment()["data_hash"]]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


class AssayOfAttention(Assay):
    """An assay that is asked of runs that kept attention."""

    def missing(self, run: Run) -> str:
        """Attention, where the run kept none."""
        return "" if run.attention() else "it kept no attention"
