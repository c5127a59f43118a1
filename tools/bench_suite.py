"""What the assays of a working-memory run cost: `uv run tools/bench_suite.py [--sequences 10000] [--assays NAME …]`.

A run is made up: sequences of 6 objects in real trials (4 locations, 4 categories, 24 identities), and two layers of
256 units that hold the last objects in noise. Every assay that needs no more than trials and states is asked, each in
a process of its own with one thread, two at a time. The target is three minutes.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is imported, here and in every process

import argparse
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from analysis import Run
from working_memory import (
    SPLIT_POOLS,
    StimuliConfig,
    TasksConfig,
    generate,
    make_pools,
    tasks_of,
    trials_table,
)
from working_memory.assays import ASSAYS

UNITS, PROCESSES, TARGET = 256, 2, 180
SPLITS = (
    "validation/familiar",
    "validation/novel_view",
    "test/familiar",
    "test/novel_view",
    "test/novel_identity",
)
PROPERTIES = ("location", "category", "identity")


def image_table(stimuli: StimuliConfig) -> pl.DataFrame:
    """Every identity in every view and location."""
    azimuths = sorted({*stimuli.azimuths, *stimuli.novel_azimuths_validation, *stimuli.novel_azimuths_test})
    views = enumerate(product(azimuths, stimuli.elevations))
    identities = range(stimuli.identities + 2 * stimuli.novel_identities)
    rows = [
        (category, f"{category}-{number:02}", view, float(azimuth), float(elevation), location)
        for category, number, (view, (azimuth, elevation)), location in product(
            stimuli.categories, identities, list(views), range(stimuli.locations)
        )
    ]
    columns = ["category", "identity", "viewpoint", "azimuth", "elevation", "location"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def made_up_run(path: Path, sequences: int) -> Run:
    """A complete run of so many sequences."""
    stimuli, tasks = StimuliConfig(identities=6, novel_identities=6), TasksConfig()
    table = image_table(stimuli)
    pools, parts = make_pools(table, stimuli), []
    for seed, split in enumerate(SPLITS):
        share = sequences // len(SPLITS)
        trials = generate(pools[SPLIT_POOLS[split]], tasks_of(tasks), tasks, sequences=share, seed=seed)
        answers = np.random.default_rng(seed).dirichlet(np.ones(3), trials.targets.shape)
        parts.append(trials_table(trials, answers, split=split, table=table))
    shown = pl.concat(parts)
    states = {"backbone/pooled": code(shown, ages=1), "cognition/hidden": code(shown, ages=4)}
    run = Run(path)
    run.begin("system: working_memory", {"data_hash": "made up", "budget": 0, "parameters": 0})
    run.write_evaluation(shown, states, {})
    return run


def code(shown: pl.DataFrame, ages: int, frames: int = 6) -> np.ndarray:
    """Units in noise that hold each property of the last objects, in directions of their age."""
    rng = np.random.default_rng(ages)
    states = rng.normal(size=(len(shown) // frames, frames, UNITS)).astype(np.float32)
    for name, age in product(PROPERTIES, range(ages)):
        codes = shown[name].cast(pl.String).rank("dense").to_numpy().reshape(-1, frames) - 1
        directions = rng.normal(size=(codes.max() + 1, UNITS)).astype(np.float32) / np.sqrt(UNITS)
        states[:, age:] += 2 * directions[codes[:, : frames - age]]
    return states.reshape(-1, UNITS)


def measured(path: Path, place: int) -> tuple[str, float, float, float, int]:
    """Name, CPU seconds, wall seconds, peak memory in MB and number of figures of one assay."""
    assay, wall, cpu = ASSAYS[place], time.perf_counter(), time.process_time()
    found = assay.measure(Run(path), {})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        assay.name,
        time.process_time() - cpu,
        time.perf_counter() - wall,
        peak,
        len(found.figures),
    )


def answerable(run: Run, names: list[str]) -> list[int]:
    """Places of the assays that need no control and find what they need."""
    asked = []
    for place, assay in enumerate(ASSAYS):
        why = f"needs the controls {', '.join(assay.controls)}" if assay.controls else assay.missing(run)
        if why:
            print(f"{assay.name}: left out, {why}")
        elif not names or assay.name in names:
            asked.append(place)
    return asked


def main() -> None:
    """Print a row per assay, then the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--assays", nargs="*", default=[])
    given = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as folder:
        run = made_up_run(Path(folder) / "made_up" / "seed-0", given.sequences)
        asked = answerable(run, given.assays)
        print(f"{given.sequences} sequences × 6 objects × {UNITS} units, {PROCESSES} processes of one thread")
        print(f"{'assay':<16}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'figures':>9}", flush=True)
        start, spent = time.perf_counter(), 0.0
        with ProcessPoolExecutor(PROCESSES, mp_context=context, max_tasks_per_child=1) as pool:
            for name, cpu, wall, peak, figures in pool.map(measured, [run.path] * len(asked), asked):
                print(f"{name:<16}{cpu:>8.1f}{wall:>8.1f}{peak:>9.0f}{figures:>9}", flush=True)
                spent += cpu
        whole = time.perf_counter() - start
    print(f"{'all':<16}{spent:>8.1f}{whole:>8.1f}")
    share = spent / PROCESSES / TARGET
    print(
        f"{share:.0%} of {TARGET} s on {PROCESSES} cores by CPU time, {whole / TARGET:.0%} by the clock of this machine"
    )


if __name__ == "__main__":
    main()
