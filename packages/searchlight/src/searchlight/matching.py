"""Checkpoints of equal accuracy, since networks that answer better may have another code for that alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analysis import Measure
from analysis.assays.interventions import Intervened
from analysis.store import Run
from searchlight import console
from searchlight.configuration import to_yaml
from searchlight.errors import UsageError
from searchlight.runs import open_run, trained_model


@dataclass(frozen=True, order=True)
class Snapshot(Intervened):
    """A run as it was after some epochs, kept beside its interventions.

    What asks for the best weights gets those of the epoch, so that its controls are made of them too.
    """

    @classmethod
    def at(cls, run: Run, epoch: int) -> "Snapshot":
        """The snapshot of a run; whether it is evaluated yet is another matter."""
        return cls(run.path / "interventions" / f"at-epoch-{epoch:03}")

    @property
    def epoch(self) -> int:
        """After how many epochs it was taken."""
        return int(self.path.name.removeprefix("at-epoch-"))

    def checkpoint(self, name: str) -> Path:
        """The weights of the epoch for the best, those of the run for any other name."""
        return self.whole.checkpoint(
            f"epoch-{self.epoch:03}.safetensors" if name == "best.safetensors" else name
        )

    def metrics(self) -> pl.DataFrame:
        """What the run recorded up to the epoch."""
        return self.whole.metrics().filter(pl.col("epoch") <= self.epoch)


def whole(run: Run) -> Run:
    """The run that a snapshot is of; any other is itself."""
    return run.whole if isinstance(run, Snapshot) else run


def matched_arms(
    arms: Mapping[str, Sequence[Run]], measure: Measure
) -> tuple[dict[str, list[Run]], tuple[str, ...]]:
    """For each seed the snapshots that validated nearest to what the lowest arm had in the end, and how near they are.

    Seeds that an arm lacks are left out. Each snapshot is evaluated, unless that is done.

    Raises:
        UsageError: the arms have no seed in common, or a run kept no snapshots or no validation record.
    """
    shared = sorted(set.intersection(*({run.seed for run in runs} for runs in arms.values())))
    if not shared:
        raise UsageError("--matched pairs networks of one seed, and the arms have no seed in common.")
    curves = {
        arm: {run.seed: validated(run, measure) for run in runs if run.seed in shared}
        for arm, runs in arms.items()
    }
    chosen: dict[str, dict[int, int]] = {arm: {} for arm in arms}
    for seed in shared:
        target = min(list(curves[arm][seed].values())[-1] for arm in arms)
        for arm in arms:
            chosen[arm][seed] = nearest_epoch(curves[arm][seed], target, kept_epochs(run_of(arms[arm], seed)))
    found: dict[str, list[Run]] = {
        arm: [evaluated(run_of(runs, seed), chosen[arm][seed]) for seed in shared]
        for arm, runs in arms.items()
    }
    return found, tuple(told(chosen, curves, measure, arms))


def run_of(runs: Sequence[Run], seed: int) -> Run:
    """The run of a seed."""
    return next(run for run in runs if run.seed == seed)


def validated(run: Run, measure: Measure) -> dict[int, float]:
    """What a run validated at after each epoch."""
    metrics = run.metrics()
    if measure.name not in metrics.columns:
        raise UsageError(
            f"{run.path} recorded no validation {measure.name}; --matched needs it in metrics.jsonl."
        )
    rows = metrics.filter((pl.col("kind") == "epoch") & pl.col(measure.name).is_not_null()).sort("epoch")
    return dict(rows.select("epoch", measure.name).iter_rows())


def kept_epochs(run: Run) -> list[int]:
    """The epochs whose weights a run kept."""
    files = run.checkpoint("best.safetensors").parent.glob("epoch-*.safetensors")
    epochs = sorted(int(file.stem.removeprefix("epoch-")) for file in files)
    if not epochs:
        raise UsageError(
            f"{run.path} kept no weights of earlier epochs (checkpoints/epoch-*.safetensors) for --matched to choose "
            "from; train the arm again with --training.snapshots 5."
        )
    return epochs


def nearest_epoch(curve: Mapping[int, float], target: float, epochs: Sequence[int]) -> int:
    """The kept epoch that validated nearest to a target, the earliest of equals."""
    return min((epoch for epoch in epochs if epoch in curve), key=lambda epoch: abs(curve[epoch] - target))


def evaluated(run: Run, epoch: int) -> Snapshot:
    """The snapshot with its evaluation, which is made and kept if it is not there."""
    kept = Snapshot.at(run, epoch)
    if kept.state != "complete":
        console.remark(f"evaluating {run.arm}, seed {run.seed}, as it was after epoch {epoch}")
        _, resolved = open_run(run.path)
        experiment, model = trained_model(run, resolved, kept.checkpoint("best.safetensors"))
        found = experiment.evaluate(model)
        if kept.state == "absent":
            kept.begin(to_yaml(run.config()), {**run.environment(), "epoch": epoch})
        kept.write_evaluation(found.trials, found.states, found.attention)
    return kept


def told(
    chosen: Mapping[str, Mapping[int, int]],
    curves: Mapping[str, Mapping[int, Mapping[int, float]]],
    measure: Measure,
    arms: Mapping[str, Sequence[Run]],
) -> list[str]:
    """Which checkpoints were taken, how far they are apart, and which seeds were left out."""
    reached = {
        arm: {seed: curves[arm][seed][epoch] for seed, epoch in each.items()} for arm, each in chosen.items()
    }
    said = [
        f"{arm}: epochs {', '.join(map(str, each.values()))}, validation {measure.name} "
        f"{sum(reached[arm].values()) / len(each):.3f} on average"
        for arm, each in chosen.items()
    ]
    seeds = next(iter(chosen.values()))
    gap = max(
        max(each[seed] for each in reached.values()) - min(each[seed] for each in reached.values())
        for seed in seeds
    )
    said.append(f"arms of one seed are at most {gap:.3f} apart in validation {measure.name}")
    for arm, runs in arms.items():
        if lost := [str(run.seed) for run in runs if run.seed not in seeds]:
            said.append(f"{arm}: seeds {', '.join(lost)} left out, another arm lacks them")
    return [f"matched: {each}" for each in said]
