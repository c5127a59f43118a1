"""Checkpoints of equal accuracy, since networks that answer better may have another code for that alone."""

from collections.abc import Iterator, Mapping, Sequence
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


TOLERANCE = 0.02
"""How far apart, in the validation measure, snapshots of one seed may be and still count as equal."""


@dataclass(frozen=True)
class Matching:
    """For each arm and seed the epoch that was chosen, and what it validated at."""

    measure: str
    epochs: Mapping[str, Mapping[int, int]]
    reached: Mapping[str, Mapping[int, float]]

    @property
    def gaps(self) -> dict[int, float]:
        """How far the arms are apart, by seed."""
        sides = self.reached.values()
        seeds = next(iter(sides))
        return {seed: max(each[seed] for each in sides) - min(each[seed] for each in sides) for seed in seeds}

    def within(self, tolerance: float) -> "Matching":
        """The seeds whose arms are at most so far apart.

        Raises:
            UsageError: fewer than two are, and a comparison needs two.
        """
        kept = [seed for seed, gap in self.gaps.items() if gap <= tolerance]
        if len(kept) < 2:
            raise UsageError(
                f"--matched: within {tolerance:g} in validation {self.measure} the arms match in {len(kept)} of "
                f"{len(self.gaps)} seeds ({in_words(self.gaps)}), and a comparison needs 2; "
                "keep more epochs (--training.snapshots 1), or allow more with --tolerance."
            )
        epochs = {arm: {seed: each[seed] for seed in kept} for arm, each in self.epochs.items()}
        reached = {arm: {seed: each[seed] for seed in kept} for arm, each in self.reached.items()}
        return Matching(self.measure, epochs, reached)


def in_words(gaps: Mapping[int, float]) -> str:
    """How far apart each seed is."""
    return ", ".join(f"seed {seed}: {gap:.3f}" for seed, gap in gaps.items())


def matched_arms(
    arms: Mapping[str, Sequence[Run]], measure: Measure, tolerance: float = TOLERANCE
) -> tuple[dict[str, list[Run]], tuple[str, ...]]:
    """For each seed the snapshots that validated nearest to what the lowest arm had in the end, and how near they are.

    Seeds that an arm lacks are left out, and those whose snapshots are further apart than the tolerance. Each snapshot
    is evaluated, unless that is done.

    Raises:
        UsageError: the arms have no seed in common, fewer than two match, or a run kept no snapshots or no validation
            record.
    """
    shared = sorted(set.intersection(*({run.seed for run in runs} for runs in arms.values())))
    if not shared:
        raise UsageError("--matched pairs networks of one seed, and the arms have no seed in common.")
    nearest = chosen(arms, shared, measure)
    kept = nearest.within(tolerance)
    found: dict[str, list[Run]] = {
        arm: [evaluated(run_of(runs, seed), epoch) for seed, epoch in kept.epochs[arm].items()]
        for arm, runs in arms.items()
    }
    return found, tuple(f"matched: {each}" for each in told(kept, nearest, tolerance, arms))


def chosen(arms: Mapping[str, Sequence[Run]], seeds: Sequence[int], measure: Measure) -> Matching:
    """For each seed the kept epochs nearest to what the lowest arm had in the end."""
    epochs: dict[str, dict[int, int]] = {arm: {} for arm in arms}
    reached: dict[str, dict[int, float]] = {arm: {} for arm in arms}
    for seed in seeds:
        runs = {arm: run_of(each, seed) for arm, each in arms.items()}
        curves = {arm: validated(run, measure) for arm, run in runs.items()}
        target = min(list(curve.values())[-1] for curve in curves.values())
        for arm, curve in curves.items():
            epochs[arm][seed] = nearest_epoch(curve, target, kept_epochs(runs[arm]))
            reached[arm][seed] = curve[epochs[arm][seed]]
    return Matching(measure.name, epochs, reached)


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
    if not epochs and run.environment()["budget"] is None:
        raise UsageError(
            f"{run.path} fits itself and has no earlier epochs; --matched is for trained models."
        )
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
    kept: Matching, nearest: Matching, tolerance: float, arms: Mapping[str, Sequence[Run]]
) -> Iterator[str]:
    """Which checkpoints were taken, how far they are apart, and which seeds were left out."""
    for arm, each in kept.epochs.items():
        mean = sum(kept.reached[arm].values()) / len(each)
        epochs = ", ".join(map(str, each.values()))
        yield f"{arm}: epochs {epochs}, validation {kept.measure} {mean:.3f} on average"
    yield f"arms of one seed are at most {max(kept.gaps.values()):.3f} apart in validation {kept.measure}"
    if far := {seed: gap for seed, gap in nearest.gaps.items() if seed not in kept.gaps}:
        yield f"left out, further than {tolerance:g} apart in validation {kept.measure}: {in_words(far)}"
    for arm, runs in arms.items():
        if lost := [str(run.seed) for run in runs if run.seed not in nearest.gaps]:
            yield f"{arm}: seeds {', '.join(lost)} left out, another arm lacks them"
