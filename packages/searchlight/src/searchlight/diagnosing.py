"""What the stored numbers of an arm say is wrong with it."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis import Diagnosis, Evidence, diagnose
from analysis.store import Run
from searchlight import console
from searchlight.comparing import Compared
from searchlight.experiments import experiment_class
from searchlight.results import measured, tested


def diagnoses_of(system: str, runs: Sequence[Run]) -> list[Diagnosis]:
    """What looks wrong in the runs of one arm."""
    return diagnose([evidence_of(system, runs[0].arm, runs)])


def diagnoses_between(found: Compared) -> list[Diagnosis]:
    """What looks wrong in any arm of a comparison, and where it lost or could not be compared."""
    evidence = [evidence_of(found.system, arm, runs) for arm, runs in found.arms.items()]
    lines = [line for comparison in found.splits.values() for line in diagnose(evidence, comparison)]
    return list(dict.fromkeys(lines))


def show_diagnoses(lines: Sequence[Diagnosis]) -> None:
    """A line for each kind of symptom, with the arms that have it, and where to read what to try."""
    kinds: dict[str, list[Diagnosis]] = {}
    for line in lines:
        kinds.setdefault(line.anchor, []).append(line)
    for anchor, found in kinds.items():
        told = "; ".join(f"{each.arm}: {each.symptom}" for each in found)
        console.say(f"diagnosis: {told}\n  try: {found[0].try_} See docs/troubleshooting.md#{anchor}")


def evidence_of(system: str, arm: str, runs: Sequence[Run]) -> Evidence:
    """What the runs of an arm stored; gradients and losses are those of the first."""
    kind = experiment_class(system)
    measure = kind.measures[0]
    values = measured(system, runs, measure).filter(pl.col("split").str.starts_with("validation/"))
    from_training = pl.col("split") == (kind.training_split or "")
    metrics = runs[0].metrics()
    return Evidence(
        arm,
        entropy=mean([run_entropy(run) for run in runs]),
        train=mean(values.filter(from_training)["value"].to_list()),
        validation=mean(values.filter(~from_training)["value"].to_list()),
        chance=measure.chance,
        trials=scored(runs[0]),
        seeds=len(runs),
        losses=recorded(metrics, "epoch", "train_loss"),
        gradient_norms=recorded(metrics, "step", "gradient_norm"),
    )


def run_entropy(run: Run) -> float | None:
    """Mean normalised entropy over the attention layers of a run; None where it stored no attention."""
    return mean([float(array.mean()) for name, array in run.attention().items() if name.endswith("/entropy")])


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of what is known; None of nothing."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def recorded(metrics: pl.DataFrame, kind: str, name: str) -> list[float]:
    """One figure of the training record, in order."""
    return [] if metrics.is_empty() else metrics.filter(pl.col("kind") == kind)[name].to_list()


def scored(run: Run) -> int:
    """How many items of the test splits are scored."""
    rows = tested(run.trials())
    return int(rows["scored"].sum()) if "scored" in rows.columns else rows.height
