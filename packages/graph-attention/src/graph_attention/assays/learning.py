"""How fast a network learnt, from what training recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analysis import (
    Arrival,
    Assay,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    StepsToCriterion,
    StoreError,
)
from graph_attention.assays.averages import point
from graph_attention.assays.training_record import epochs, known
from graph_attention.metrics import GROWTH_Q2

STEPS = Arrival("steps_to_90", bounds=(0.0, float("inf")))
REACHED = Measure("reached_90", bounds=(0.0, 1.0))
FINAL = Measure("final_validation", chance=0.0, bounds=(-float("inf"), 1.0))
RECORDED = ("step", "train_loss", GROWTH_Q2.name)


@dataclass(frozen=True)
class Learning(Assay):
    """Optimiser steps until growth Q² on held-out nutrients first is at the criterion, and where it ended."""

    criterion: float = 0.9

    name = "learning"
    question = "How fast is growth on held-out nutrients learnt?"
    measures = (STEPS, REACHED, FINAL)

    def missing(self, run: Run) -> str:
        """A record of training."""
        if not (run.path / "metrics.jsonl").is_file():
            return "its training is not recorded here"
        try:
            if run.environment().get("budget", 0) is None:
                return "it fits itself, without steps"
            return "" if curve(run).height else "training recorded no validation Q² of growth"
        except StoreError:
            return ""  # it was recorded; why it cannot be told stands in the place of each figure

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Points, to be put together over networks; the curve is kept to be drawn."""
        try:
            validated = curve(run)
        except StoreError as error:
            lost = Estimate.not_estimable(str(error))
            return Findings(tuple(Finding(each.name, lost) for each in self.measures))
        arrays = {name: validated[name].cast(pl.Float64).to_numpy() for name in validated.columns}
        steps, reached = arrays["step"], arrays[GROWTH_Q2.name]
        found = StepsToCriterion.of_curves([(steps, reached)], self.criterion)
        there = bool(found.reached[0])
        never = f"{self.criterion:g} was not reached in {steps[-1]:g} steps, the best was {reached.max():.3f}"
        arrived = point(float(found.steps[0]), 1, STEPS) if there else Estimate.not_estimable(never, n=1)
        figures = (
            Finding(STEPS.name, arrived),
            Finding(REACHED.name, point(float(there), 1, REACHED)),
            Finding(FINAL.name, point(float(reached[-1]), 1, FINAL)),
        )
        return Findings(figures, arrays, tuple(unknown(run, validated)))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Training loss and validation Q² over the networks of each arm."""
        from analysis.figures import training_and_validation  # matplotlib is slow to import

        curves = {
            arm: [pl.DataFrame(dict(each.arrays)) for each in networks if "train_loss" in each.arrays]
            for arm, networks in found.items()
        }
        if any(curves.values()):
            name = GROWTH_Q2.name
            yield Drawing(
                "learning",
                training_and_validation(curves, metric=name, chance=FINAL.chance, bounds=FINAL.bounds),
                "Training loss and validation Q² of growth by optimiser step: mean over networks and 95 % band.",
                f"Two panels of curves for {', '.join(curves)}.",
                "The dashed line is what the training mean reaches; a curve of one network has no band.",
            )


def curve(run: Run) -> pl.DataFrame:
    """Step, training loss and Q² of every epoch, in order; those without a finite Q² are left out."""
    kept = known(epochs(run), GROWTH_Q2.name)
    return kept.select(name for name in RECORDED if name in kept.columns)


def unknown(run: Run, validated: pl.DataFrame) -> Iterator[str]:
    """Say how many epochs were left out."""
    every = epochs(run).height
    if lost := every - validated.height:
        yield f"{lost} of {every} epochs have no finite validation Q² and are left out"
