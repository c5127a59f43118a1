"""How fast a network learnt, from what training recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from analysis.assays.assay import Assay
from analysis.assays.averages import point
from analysis.assays.findings import Finding, Findings
from analysis.assays.measures import Arrival, Measure
from analysis.drawings.drawing import Drawing
from analysis.errors import StoreError
from analysis.estimates import Estimate
from analysis.inference.survival import StepsToCriterion
from analysis.store import Run
from analysis.training_record.epochs import epochs, known

STEPS = Arrival("steps_to_90", bounds=(0.0, float("inf")))
REACHED = Measure("reached_90", bounds=(0.0, 1.0))
FINAL = "final_validation"


def measures_of(validated: Measure) -> tuple[Measure, Measure, Measure]:
    """What learning is compared by, for what training validated."""
    return STEPS, REACHED, replace(validated, name=FINAL, cells=(), apart=())


@dataclass(frozen=True)
class LearningCurve(Assay):
    """Optimiser steps until validation first is at the criterion, whether it ever was, and where it ended.

    A system says what was `validated`, in a column of that name in metrics.jsonl, and sets `measures` by `measures_of`.
    """

    criterion: float = 0.9

    name = "learning"
    validated: ClassVar[Measure]
    called: ClassVar[str]
    """What was validated, in words."""

    def missing(self, run: Run) -> str:
        """A checkpoint under intervention was not trained, and other runs may have been trained without validation."""
        if not (run.path / "metrics.jsonl").is_file():
            return "its training is not recorded here"
        try:
            if epochs(run)["step"].max() == 0:
                return "it fits itself, without steps"
            return "" if self.curve(run).height else f"training recorded no {self.called}"
        except StoreError:
            return ""  # it was recorded; why it cannot be told stands in the place of each figure

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Points, to be put together over networks; the curve is kept to be drawn."""
        try:
            curve = self.curve(run)
        except StoreError as error:
            lost = Estimate.not_estimable(str(error))
            return Findings(tuple(Finding(each.name, lost) for each in self.measures))
        arrays = {name: curve[name].cast(pl.Float64).to_numpy() for name in curve.columns}
        return Findings(tuple(self.figures(arrays)), arrays, tuple(self.unknown(run, curve)))

    def figures(self, arrays: Mapping) -> Iterator[Finding]:
        """When the criterion was reached, if it was, and the last validation."""
        steps, reached = arrays["step"], arrays[self.validated.name]
        found = StepsToCriterion.of_curves([(steps, reached)], self.criterion)
        there = bool(found.reached[0])
        never = f"{self.criterion:g} was not reached in {steps[-1]:g} steps, the best was {reached.max():.3f}"
        arrived = point(float(found.steps[0]), 1, STEPS) if there else Estimate.not_estimable(never, n=1)
        yield Finding(STEPS.name, arrived)
        yield Finding(REACHED.name, point(float(there), 1, REACHED))
        yield Finding(FINAL, point(float(reached[-1]), 1, self.validated))

    def curve(self, run: Run) -> pl.DataFrame:
        """Step, training loss and validation of every epoch, in order; those without a finite one are left out."""
        kept = known(epochs(run), self.validated.name)
        told = ("step", "train_loss", self.validated.name)
        return kept.select(name for name in told if name in kept.columns)

    def unknown(self, run: Run, curve: pl.DataFrame) -> Iterator[str]:
        """Say how many epochs were left out."""
        every = epochs(run).height
        if lost := every - curve.height:
            yield f"{lost} of {every} epochs have no finite {self.called} and are left out"

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Training loss and validation over the networks of each arm."""
        from analysis.figures import training_and_validation  # matplotlib is slow to import

        curves = {
            arm: [pl.DataFrame(dict(each.arrays)) for each in networks if "train_loss" in each.arrays]
            for arm, networks in found.items()
        }
        if any(curves.values()):
            shown = self.validated
            yield Drawing(
                "learning",
                training_and_validation(curves, metric=shown.name, chance=shown.chance, bounds=shown.bounds),
                f"Training loss and {self.called} by optimiser step: mean over networks and 95 % band.",
                f"Two panels of curves for {', '.join(curves)}: training loss, and {self.called}.",
                "The dashed line is chance; a curve of one network has no band.",
            )
