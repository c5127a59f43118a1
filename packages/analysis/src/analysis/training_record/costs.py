"""What an arm costs to train."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analysis.assays.assay import Assay
from analysis.assays.averages import point
from analysis.assays.findings import Finding, Findings
from analysis.assays.measures import Measure
from analysis.drawings.drawing import Drawing
from analysis.estimates import Estimate
from analysis.inference.student_t import mean_estimate
from analysis.store import Run
from analysis.training_record.epochs import epochs, known

COST = {"higher_is_better": False, "bounds": (0.0, float("inf"))}
PARAMETERS = Measure("parameters", **COST)
SECONDS = Measure("cpu_seconds_per_step", **COST)
TOTAL = Measure("cpu_seconds", **COST)
MEMORY = Measure("peak_bytes", **COST)


@dataclass(frozen=True)
class Costs(Assay):
    """Trained parameters, CPU seconds in all and of an optimiser step, and the most memory that training held.

    A baseline that fits itself has no steps of ours.
    """

    name = "costs"
    question = "What does training cost?"
    version = 2
    measures = (PARAMETERS, SECONDS, TOTAL, MEMORY)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Seconds of a step have an interval over epochs; the others are counted."""
        recorded = epochs(run)
        found = {
            PARAMETERS: parameters(run),
            SECONDS: seconds_per_step(recorded),
            TOTAL: last(recorded, TOTAL),
            MEMORY: last(recorded, MEMORY),
        }
        figures = tuple(Finding(measure.name, each) for measure, each in found.items())
        return Findings(figures, notes=tuple(remarks(found[MEMORY])))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Every cost beside the baseline's."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        first = next(iter(found.values()))
        relative = {arm: dict(beside(networks, first)) for arm, networks in found.items()}
        if any(relative.values()):
            yield Drawing(
                "costs",
                interval_plot(relative, label="multiple of the baseline's mean", level="baseline"),
                "Parameters, CPU seconds and peak memory, as multiples of the baseline's mean.",
                f"Interval plot of costs for {', '.join(relative)}.",
                "The dashed line is the baseline's mean; its own interval shows how much its networks differ.",
            )


def remarks(memory: Estimate) -> Iterator[str]:
    """What has to be known of a peak before it is compared."""
    if np.isfinite(memory.value):
        yield "peak_bytes is the most that the training process held, its features and libraries included"


def parameters(run: Run) -> Estimate:
    """How many numbers are trained."""
    count = run.environment().get("parameters")
    if count is None:
        return Estimate.not_estimable("environment.json names no parameters", n=1)
    return point(float(count), 1, PARAMETERS)


def seconds_per_step(recorded: pl.DataFrame) -> Estimate:
    """CPU seconds of all steps over their number, with an interval over epochs."""
    timed = known(recorded, "cpu_seconds")
    if not timed.height or not timed["step"][-1]:
        return Estimate.not_estimable("the run recorded no CPU seconds of steps", n=1)
    seconds, steps = timed["cpu_seconds"].to_numpy(), timed["step"].to_numpy()
    each = np.diff(seconds, prepend=0.0) / np.diff(steps, prepend=0)
    how = "CPU seconds over steps, 95% Student t over epochs"
    return replace(mean_estimate(each), value=float(seconds[-1] / steps[-1]), how=how)


def last(recorded: pl.DataFrame, measure: Measure) -> Estimate:
    """What had been needed at the last epoch."""
    told = known(recorded, measure.name)
    if not told.height:
        return Estimate.not_estimable(f"the run recorded no {measure.name}", n=1)
    return point(float(told[measure.name][-1]), 1, measure)


def beside(networks: Sequence[Findings], baseline: Sequence[Findings]) -> Iterator[tuple[str, Estimate]]:
    """Mean over networks of each cost, as a multiple of the baseline's mean."""
    for measure in Costs.measures:
        ours, theirs = (values(each, measure) for each in (networks, baseline))
        if ours and theirs and np.mean(theirs) > 0:
            relative = mean_estimate(np.array(ours) / np.mean(theirs), chance=1.0)
            yield measure.name, relative.within(*measure.bounds)


def values(networks: Sequence[Findings], measure: Measure) -> list[float]:
    """What is known of each network."""
    found = (figure.estimate.value for each in networks for figure in each.of(measure.name))
    return [value for value in found if np.isfinite(value)]
