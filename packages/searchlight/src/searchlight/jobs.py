"""Many runs: what they share is prepared once, then they are trained side by side, one thread each."""

import json
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from analysis.store import Run
from searchlight import console
from searchlight.caching import cache_folder
from searchlight.configuration import Resolved
from searchlight.errors import Interrupted, UsageError
from searchlight.experiments import experiment_class
from searchlight.experiments.arms import size_in_words
from searchlight.experiments.base import Report
from searchlight.processes import alone, leads, started_together, wait_for_everyone
from searchlight.runs import reusable, run_of, train_run
from searchlight.training import stop_requested

Job = tuple[Resolved, int]
WATCH_SECONDS = 0.5


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its run, and the sentence with which it was interrupted, if it was."""

    run: Run
    interrupted: str | None = None


def train_all(
    jobs: Sequence[Job], root: Path, *, resume: bool = False, jobs_at_once: int | None = None
) -> list[Run]:
    """Train every job that is not complete yet and return all runs, in order.

    Raises:
        UsageError: a folder cannot be used; nothing is trained then.
        Interrupted: asked to stop; what was trained is saved.
    """
    if jobs_at_once is not None and jobs_at_once < 1:
        raise UsageError(f"--jobs {jobs_at_once}: expected at least 1.")
    check_writable(root)
    runs = [run_of(resolved, seed, root) for resolved, seed in jobs]
    ready = [reusable(run, job[0], resume=resume) for run, job in zip(runs, jobs, strict=True)]
    for run, there in zip(runs, ready, strict=True):
        if there:
            console.remark(f"{run.path} is complete and has these settings; reused")
    missing = [job for job, there in zip(jobs, ready, strict=True) if not there]
    with console.progress_bars() as report:
        if leads():
            with alone():
                prepare(missing, report)
        wait_for_everyone()
        with watched(missing, root, report):
            outcomes = list(work(missing, root, resume, workers(jobs_at_once, len(missing))))
    stopped = [outcome.interrupted for outcome in outcomes if outcome.interrupted]
    if stopped or len(outcomes) < len(missing):
        raise Interrupted(
            "\n".join(stopped)
            or "stopped before every run was trained; the same command with --resume goes on"
        )
    return runs


def check_writable(root: Path) -> None:
    """Raise UsageError, before hours of work, for a folder that cannot be made or written to."""
    there = next(each for each in (root.absolute(), *root.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise UsageError(f"--runs {root}: {there} is no folder that can be written to.")


def prepare(jobs: Sequence[Job], report: Report) -> None:
    """Make what the jobs share, once."""
    arms = {resolved.name: resolved for resolved, _ in jobs}
    for resolved in arms.values():
        experiment = experiment_class(resolved.system)(resolved.config, cache=cache_folder(), report=report)
        try:
            experiment.prepare()
        except Interrupted as stop:
            raise Interrupted(f"{stop} of a preparation; the same command starts it again") from None
        arm = experiment.arm()
        told = experiment.describe(arm.model) if len(arms) == 1 else size_in_words(arm.parameters)
        console.remark(f"{resolved.name}: {told}")


def work(jobs: Sequence[Job], root: Path, resume: bool, at_once: int) -> Iterator[Outcome]:
    """Train the jobs, in this process or in several; stop handing out jobs once a stop is asked for."""
    if at_once <= 1:
        for resolved, seed in jobs:
            yield Outcome(train_run(resolved, seed, root, resume=resume))
        return
    with stop_requested(also=stop_children) as stopped:
        place = root.absolute()  # processes that joblib keeps stand in the folder that they were started in
        calls = (delayed(outcome_of)(*job, place, resume) for job in jobs if not stopped())
        parallel = Parallel(n_jobs=at_once, pre_dispatch=str(at_once), return_as="generator_unordered")
        try:
            yield from parallel(calls)  # pyright: ignore[reportReturnType] - joblib does not tell what it yields
        except TerminatedWorkerError:
            if not stopped():
                raise
            raise Interrupted("stopped; the same command with --resume goes on") from None


def outcome_of(resolved: Resolved, seed: int, root: Path, resume: bool) -> Outcome:
    """One job in a process of its own."""
    run = run_of(resolved, seed, root)
    with stop_requested() as stopped:
        if not stopped():
            try:
                return Outcome(train_run(resolved, seed, root, resume=resume))
            except Interrupted as stop:
                return Outcome(run, str(stop))
    return Outcome(run, f"{run.path}: stopped before it began")


def stop_children() -> None:
    """Hand a request to stop on to the processes that train."""
    for child in psutil.Process().children(recursive=True):
        child.send_signal(signal.SIGTERM)


def workers(asked: int | None, jobs: int) -> int:
    """How many runs are trained at the same time; one where torchrun already made the processes."""
    if started_together():
        return 1
    return max(1, min(asked or cpu_count(), jobs))


@contextmanager
def watched(jobs: Sequence[Job], root: Path, report: Report) -> Iterator[None]:
    """Report the progress of runs from the epochs they have written, whichever process writes them."""
    ended = threading.Event()

    def look() -> None:
        for resolved, seed in jobs:
            run, epochs = run_of(resolved, seed, root), epochs_of(resolved)
            report(f"{resolved.name} seed {seed}", epochs_done(run), epochs)

    def watch() -> None:
        while not ended.wait(WATCH_SECONDS):
            look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    look()


def epochs_of(resolved: Resolved) -> int:
    """How many epochs a training of these settings has."""
    return experiment_class(resolved.system).epochs(resolved.config)


def epochs_done(run: Run) -> int:
    """How many epochs the log of a run says are over."""
    path = run.path / "metrics.jsonl"
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 4096, 0))
        lines = file.read().decode(errors="replace").splitlines()
    for line in reversed(lines):
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        return int(record["epoch"]) - (record["kind"] == "step")
    return 0
