"""What the runs of an arm stored, as evidence of what may be wrong with it."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis import Evidence, Measure, StoreError
from analysis.comparison.diagnosis import Look, Networks, TaskUse
from analysis.files import Arrays
from analysis.store import Run
from searchlight.controls import control_at
from searchlight.experiments import experiment_class
from searchlight.results import measured, tested

OTHER_TASK = "shuffled_task"
"""The control in which every sequence is told the task of another one."""


def evidence_of(system: str, arm: str, runs: Sequence[Run], *, asked_for_maps: str = "") -> Evidence:
    """What the runs of an arm stored; gradients and losses are those of the first.

    `asked_for_maps` says who looked for attention maps in vain.
    """
    kind = experiment_class(system)
    measure = kind.measures[0]
    values = measured(system, runs, measure).filter(pl.col("split").str.starts_with("validation/"))
    from_training = pl.col("split") == (kind.training_split or "")
    metrics = trained(runs[0])
    attention = {run: run.attention() for run in runs}
    return Evidence(
        arm,
        look=Look(
            mean([entropy(found) for found in attention.values()]),
            missing_maps(system, attention, asked_for_maps),
        ),
        task=task_use(system, measure, attention),
        train=mean(values.filter(from_training)["value"].to_list()),
        validation=mean(values.filter(~from_training)["value"].to_list()),
        sides=(kind.training_split or "", ", ".join(values.filter(~from_training)["split"].unique().sort())),
        chance=measure.chance,
        trials=scored(runs[0]),
        networks=networks(system, measure, attention),
        losses=recorded(metrics, "epoch", "train_loss"),
        gradient_norms=recorded(metrics, "step", "gradient_norm"),
    )


def networks(system: str, measure: Measure, attention: Mapping[Run, Arrays]) -> Networks:
    """Each network by itself, since one that fails hides in a mean over seeds."""
    told = {run.seed: entropy(found) for run, found in attention.items()}
    known = {seed: each for seed, each in told.items() if each is not None}
    return Networks(len(attention), known, by_task(system, measure, [*attention]))


def by_task(system: str, measure: Measure, runs: Sequence[Run]) -> dict[str, dict[int, float]]:
    """What each network validates at in each task, the first of the cells, on items unlike those of training."""
    kind = experiment_class(system)
    values = measured(system, runs, measure, measure.cells[:1])
    there = pl.col("split").str.starts_with("validation/") & (pl.col("split") != (kind.training_split or ""))
    found: dict[str, dict[int, float]] = {}
    for name in measure.cells[:1]:
        means = values.filter(there).group_by(name, "seed", maintain_order=True).agg(pl.col("value").mean())
        for task, seed, value in means.iter_rows():
            found.setdefault(str(task), {})[seed] = value
    return found


def entropy(attention: Arrays) -> float | None:
    """Mean normalised entropy over attention layers; None where there is none."""
    return mean([float(array.mean()) for name, array in attention.items() if name.endswith("/entropy")])


def missing_maps(system: str, attention: Mapping[Run, Arrays], asked: str) -> str:
    """Why there should be maps, where no run of an arm kept any."""
    if any(attention.values()):
        return ""
    attends = any(experiment_class(system).keeps_maps(run.config()) for run in attention)
    return "its kind attends" if attends else asked


def task_use(system: str, measure: Measure, attention: Mapping[Run, Arrays]) -> TaskUse | None:
    """What the runs reach on test splits with their own task and with another, as far as that control was made."""
    made = {run: other for run in attention if (other := control_at(run, OTHER_TASK)).is_complete}
    if not made:
        return None
    kind = experiment_class(system)
    own, other = (
        mean([mean(tested(kind.values_of(run, measure))["value"].to_list()) for run in side])
        for side in (made, made.values())
    )
    assert own is not None
    assert other is not None
    return TaskUse(own, other, mean([moved(run, attention[run], control) for run, control in made.items()]))


def moved(run: Run, attention: Arrays, control: Run) -> float | None:
    """Mean total variation between the maps of the same frames under the two tasks, from 0 to 1.

    ½ Σ_cells |a − b|
    """
    rows = (
        run.trials()
        .with_row_index()
        .join(
            control.trials().with_row_index("other"), on=["split", "item"], how="inner", maintain_order="left"
        )
    )
    others, found = control.attention(), []
    for name in attention:
        if (
            name.endswith("/weights")
            and name in others
            and attention[name].shape[1:] == others[name].shape[1:]
        ):
            gap = attention[name][rows["index"].to_numpy()] - others[name][rows["other"].to_numpy()]
            found.append(float(np.abs(gap).sum(axis=tuple(range(2, gap.ndim))).mean()) / 2)
    return mean(found)


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of what is known; None of nothing."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def trained(run: Run) -> pl.DataFrame:
    """What training recorded; nothing where that is damaged, which the section on training says."""
    try:
        return run.metrics()
    except StoreError:
        return pl.DataFrame()


def recorded(metrics: pl.DataFrame, kind: str, name: str) -> list[float]:
    """One figure of the training record, in order."""
    known = {"kind", name} <= set(metrics.columns)
    return metrics.filter(pl.col("kind") == kind)[name].to_list() if known else []


def scored(run: Run) -> int:
    """How many items of the test splits are scored."""
    rows = tested(run.trials())
    return int(rows["scored"].sum()) if "scored" in rows.columns else rows.height
