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
from working_memory.assays.behaviour import point

STEPS = Arrival("steps_to_90", bounds=(0.0, float("inf")))
REACHED = Measure("reached_90", bounds=(0.0, 1.0))
FINAL = Measure("final_validation", chance=0.5, bounds=(0.0, 1.0))
RECORDED = ("step", "train_loss", "accuracy")


@dataclass(frozen=True)
class Learning(Assay):
    """Optimiser steps until validation accuracy first is at the criterion, whether it ever was, and where it ended."""

    criterion: float = 0.9

    name = "learning"
    question = "How fast is the task learnt?"
    measures = (STEPS, REACHED, FINAL)

    def missing(self, run: Run) -> str:
        """A checkpoint under intervention was not trained, and other runs may have been trained without validation."""
        if not (run.path / "metrics.jsonl").is_file():
            return "its training is not recorded here"
        try:
            return "" if curve(run).height else "training recorded no validation accuracy"
        except StoreError:
            return ""  # it was recorded; why it cannot be told stands in the place of each figure

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Points, to be put together over networks; the curve is kept to be drawn."""
        try:
            validated = curve(run)
        except StoreError as error:
            lost = Estimate.not_estimable(str(error))
            return Findings(tuple(Finding(each.name, lost) for each in self.measures))
        steps, accuracy = (validated[name].to_numpy().astype(float) for name in ("step", "accuracy"))
        found = StepsToCriterion.of_curves([(steps, accuracy)], self.criterion)
        reached, last = bool(found.reached[0]), float(steps[-1])
        arrived = (
            point(float(found.steps[0]), 1, STEPS)
            if reached
            else Estimate.not_estimable(
                f"{self.criterion:g} was not reached in {last:g} steps, the best was {accuracy.max():.3f}",
                n=1,
            )
        )
        figures = (
            Finding(STEPS.name, arrived),
            Finding(REACHED.name, point(float(reached), 1, REACHED)),
            Finding(FINAL.name, point(float(accuracy[-1]), 1, FINAL)),
        )
        arrays = {name: validated[name].to_numpy().astype(float) for name in validated.columns}
        return Findings(figures, arrays, unknown(run, validated))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Training loss and validation accuracy over the networks of each arm."""
        from analysis.figures import training_and_validation  # matplotlib is slow to import

        curves = {
            arm: [pl.DataFrame(dict(each.arrays)) for each in networks if each.arrays]
            for arm, networks in found.items()
        }
        if any(curves.values()):
            yield Drawing(
                "learning",
                training_and_validation(curves, metric="accuracy", chance=FINAL.chance, bounds=FINAL.bounds),
                "Training loss and validation accuracy by optimiser step: mean over networks and 95 % band.",
                f"Two panels of curves for {', '.join(curves)}: training loss falls, validation accuracy rises.",
                "The dashed line is chance; a curve of one network has no band.",
            )


def curve(run: Run) -> pl.DataFrame:
    """Step, training loss and validation accuracy of every epoch, in order; those without an accuracy are left out."""
    metrics = run.metrics()
    if not {"step", "accuracy"} <= set(metrics.columns):
        return pl.DataFrame(schema=dict.fromkeys(RECORDED, pl.Float64))
    kept = metrics.filter(pl.col("accuracy").is_finite())
    return kept.select(name for name in RECORDED if name in metrics.columns).sort("step")


def unknown(run: Run, validated: pl.DataFrame) -> tuple[str, ...]:
    """Says how many epochs were left out."""
    metrics = run.metrics()
    epochs = (
        metrics.filter(pl.col("kind") == "epoch").height if "kind" in metrics.columns else validated.height
    )
    lost = epochs - validated.height
    return (f"{lost} of {epochs} epochs have no finite validation accuracy and are left out",) if lost else ()
