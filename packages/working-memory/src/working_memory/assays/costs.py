"""What a network costs to train."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analysis import (
    Assay,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    mean_estimate,
)
from working_memory.assays.behaviour import point

PARAMETERS = Measure("parameters", higher_is_better=False, bounds=(0.0, float("inf")))
SECONDS = Measure("cpu_seconds_per_step", higher_is_better=False, bounds=(0.0, float("inf")))
MEMORY = Measure("peak_bytes", higher_is_better=False, bounds=(0.0, float("inf")))


@dataclass(frozen=True)
class Costs(Assay):
    """Trained parameters, CPU seconds of an optimiser step, and the most memory that training held."""

    name = "costs"
    question = "What does training cost?"
    measures = (PARAMETERS, SECONDS, MEMORY)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """CPU seconds have an interval over epochs; the others are counted."""
        recorded = epochs(run)
        figures = (
            Finding(PARAMETERS.name, parameters(run)),
            Finding(SECONDS.name, seconds_per_step(recorded)),
            Finding(MEMORY.name, peak(recorded)),
        )
        return Findings(figures, notes=tuple(remarks(figures[-1].estimate)))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Every cost beside the baseline's."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        relative = {
            arm: dict(beside(networks, next(iter(found.values())))) for arm, networks in found.items()
        }
        if any(relative.values()):
            yield Drawing(
                "costs",
                interval_plot(relative, label="multiple of the baseline's mean", level="baseline"),
                "Parameters, CPU seconds per optimiser step and peak memory, as multiples of the baseline's mean.",
                f"Interval plot of three costs for {', '.join(relative)}.",
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


def epochs(run: Run) -> pl.DataFrame:
    """What was recorded at the end of every epoch, in order; nothing where training is not recorded here."""
    metrics = run.metrics() if (run.path / "metrics.jsonl").is_file() else pl.DataFrame()
    if not {"kind", "step"} <= set(metrics.columns):
        return pl.DataFrame({"step": []}, schema={"step": pl.Int64})
    return metrics.filter(pl.col("kind") == "epoch").sort("step")


def seconds_per_step(recorded: pl.DataFrame) -> Estimate:
    """CPU seconds of all steps over their number, with an interval over epochs."""
    known = recorded.drop_nulls("cpu_seconds") if "cpu_seconds" in recorded.columns else recorded.clear()
    if not known.height:
        return Estimate.not_estimable("the run recorded no CPU seconds", n=1)
    seconds, steps = known["cpu_seconds"].to_numpy(), known["step"].to_numpy()
    each = np.diff(seconds, prepend=0.0) / np.diff(steps, prepend=0)
    how = "CPU seconds over steps, 95% Student t over epochs"
    return replace(mean_estimate(each), value=float(seconds[-1] / steps[-1]), how=how)


def peak(recorded: pl.DataFrame) -> Estimate:
    """The most memory that the process held from the beginning of training to the last epoch."""
    known = (
        recorded["peak_bytes"].drop_nulls() if "peak_bytes" in recorded.columns else recorded["step"].clear()
    )
    if not known.len():
        return Estimate.not_estimable("the run recorded no peak memory of its own", n=1)
    return point(float(known[-1]), 1, MEMORY)


def beside(networks: Sequence[Findings], baseline: Sequence[Findings]) -> Iterator[tuple[str, Estimate]]:
    """Mean over networks of each cost, as a multiple of the baseline's mean."""
    for measure in Costs.measures:
        ours, theirs = (values(each, measure) for each in (networks, baseline))
        if ours and theirs:
            yield (
                measure.name,
                mean_estimate(np.array(ours) / np.mean(theirs), chance=1.0).within(*measure.bounds),
            )


def values(networks: Sequence[Findings], measure: Measure) -> list[float]:
    """What is known of each network."""
    found = (figure.estimate.value for each in networks for figure in each.of(measure.name))
    return [value for value in found if np.isfinite(value)]
