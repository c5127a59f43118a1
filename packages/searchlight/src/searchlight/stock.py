"""The networks that a question needs: which are there, which are missing, and how long these would train."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analysis import StoreError
from analysis.store import Run, find_runs
from searchlight import console
from searchlight.caching import cache_folder
from searchlight.configuration import Resolved, load_config
from searchlight.experiments import experiment_class
from searchlight.experiments.arms import Duration
from searchlight.jobs import epochs_done, epochs_of
from searchlight.runs import reusable, run_of


@dataclass(frozen=True)
class Stock:
    """The runs of an arm that are complete, and the seeds that are missing."""

    resolved: Resolved
    root: Path
    runs: tuple[Run, ...]
    missing: tuple[int, ...]

    @classmethod
    def of(cls, resolved: Resolved, seeds: Sequence[int], root: Path) -> "Stock":
        """What there is of an arm.

        Raises:
            UsageError: a folder holds something else than a run with these settings.
        """
        runs = {seed: run_of(resolved, seed, root) for seed in seeds}
        there = [seed for seed, run in runs.items() if reusable(run, resolved, resume=True)]
        lacking = tuple(seed for seed in seeds if seed not in there)
        return cls(resolved, root, tuple(runs[seed] for seed in there), lacking)

    @property
    def left(self) -> float:
        """How many trainings are left, those that have begun in part."""
        epochs = epochs_of(self.resolved)
        begun = (epochs_done(run_of(self.resolved, seed, self.root)) for seed in self.missing)
        return sum(1 - min(done / epochs, 1) for done in begun)


def stocks_of(system: str, arms: Sequence[str], seeds: Sequence[int], root: Path) -> dict[str, Stock]:
    """What there is of every arm, by the name of its preset."""
    return {arm: Stock.of(load_config(f"{system}/{arm}"), seeds, root) for arm in arms}


def duration_of(stock: Stock) -> Duration:
    """The time of one training of an arm: as its saved runs tell, else from a few steps that are timed now."""
    return recorded(stock) or measured(stock)


def recorded(stock: Stock) -> Duration | None:
    """The mean over saved runs of the arm, whatever their seed, that were trained to their end."""
    folder = stock.root / stock.resolved.name
    found = [
        seconds for run in (find_runs(folder) if folder.is_dir() else []) if (seconds := seconds_of(run))
    ]
    if not found:
        return None
    return Duration(sum(found) / len(found), f"as {len(found)} saved run{'s' if len(found) > 1 else ''} took")


def seconds_of(run: Run) -> float | None:
    """What a complete run recorded for all its epochs."""
    try:
        metrics = run.metrics() if run.is_complete else pl.DataFrame()
    except StoreError:  # a run without a log tells no time; another may
        return None
    if not {"kind", "seconds"} <= set(metrics.columns):
        return None
    return metrics.filter(pl.col("kind") == "epoch")["seconds"].max()  # pyright: ignore[reportReturnType]


def measured(stock: Stock) -> Duration:
    """As the arm tells from a few steps, or from a fit; what training asks for is prepared for it."""
    resolved = stock.resolved
    with console.progress_bars() as report:
        experiment = experiment_class(resolved.system)(resolved.config, cache=cache_folder(), report=report)
        experiment.prepare_training()
    return experiment.arm().duration(resolved.config.training)


def show_missing(stocks: Mapping[str, Stock]) -> None:
    """A line per arm that lacks networks, with the time that they would take one after the other."""
    lacking = {arm: stock for arm, stock in stocks.items() if stock.missing}
    if not lacking:
        return
    total = 0.0
    for arm, stock in lacking.items():
        each = duration_of(stock)
        total += each.seconds * stock.left
        seeds = ", ".join(map(str, stock.missing))
        console.say(
            f"missing: {arm}, seed{'s' if len(stock.missing) > 1 else ''} {seeds}: "
            f"{spell(each.seconds * stock.left)} ({spell(each.seconds)} each, {each.how})"
        )
    if len(lacking) > 1:
        console.say(f"missing: {spell(total)} in all, one after the other")


def spell(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
