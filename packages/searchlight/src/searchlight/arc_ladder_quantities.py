"""What the ladder reads of a run beside the findings of assays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from analysis import Quantity, Run
from analysis.assays.archive import Archive
from analysis.claims.quantities import Known, Source
from searchlight.controls import control_of
from searchlight.experiments import arc_masks, arc_padding
from searchlight.experiments.arc import Arc
from searchlight.runs import open_run, trained_model


@dataclass(frozen=True)
class OfRun(Quantity):
    """A function of each run by itself."""

    value: Callable[[Run], float]

    @property
    def sources(self) -> tuple[Source, ...]:
        """No findings."""
        return ()

    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """Its value in every network."""
        return Known({arm: {run.seed: self.value(run) for run in archive.of(arm)} for arm in arms})


@dataclass(frozen=True)
class Together(Quantity):
    """The processor time that some arms of one seed took to train, in seconds."""

    arms: tuple[str, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """No findings."""
        return ()

    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """The sum, of the seeds of which every arm is there."""
        by_arm = [{run.seed: trained_for(run) for run in archive.of(arm)} for arm in self.arms]
        seeds = set[int].intersection(*map(set, by_arm))
        total = {seed: sum(each[seed] for each in by_arm) for seed in sorted(seeds)}
        return Known(dict.fromkeys(arms, total))


@dataclass(frozen=True)
class HowMany(Quantity):
    """How many of some quantities reach a level in a network."""

    parts: Sequence[Quantity]
    level: float

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those of all parts."""
        return tuple(dict.fromkeys(source for part in self.parts for source in part.sources))

    def known(self, archive: Archive, arms: tuple[str, ...]) -> Known:
        """Their number, of the networks that have every part."""
        found = [part.known(archive, arms) for part in self.parts]
        counts = {
            arm: {
                seed: float(sum(each.of(arm)[seed] >= self.level for each in found))
                for seed in found[0].of(arm)
                if all(seed in each.of(arm) for each in found)
            }
            for arm in arms
        }
        return Known(counts)


def trained_for(run: Run) -> float:
    """Processor time of all steps of a training, in seconds: a busy machine does not change it."""
    metrics = run.metrics().filter(pl.col("kind") == "epoch")
    return float(metrics["cpu_seconds"].to_numpy().max())


@cache
def exactness(run: Run, *, trained: bool) -> dict[str, float]:
    """`outside` and `row_sum` of attention, `padded` and `reordered` of probabilities, largest in a network.

    That of a network before any step where it is not `trained`.
    """
    _, resolved = open_run(run.path)
    experiment, model = trained_model(run, resolved)
    assert isinstance(experiment, Arc)
    if trained:
        changes = arc_masks.largest_changes(control_of(run, "padding").trials())
        return {**arc_masks.masses(experiment, model), **changes}
    model = experiment.model().eval()
    return {
        **arc_masks.masses(experiment, model),
        **arc_masks.largest_changes(arc_padding.evaluate(experiment, model)),
    }


def exact(what: str, *, trained: bool) -> OfRun:
    """One of these figures."""
    return OfRun(lambda run: exactness(run, trained=trained)[what])


def seconds() -> OfRun:
    """How long a training took."""
    return OfRun(trained_for)


def mean(values: Sequence[float]) -> float:
    """Of what is known."""
    return float(np.mean(values)) if values else float("nan")
