from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from analysis import Run
from working_memory.configuration import TasksConfig
from working_memory.metrics import trials_table
from working_memory.pools import SPLIT_POOLS, make_pools
from working_memory.tasks import tasks_of
from working_memory.trials import generate

UNITS = 24
PLACES = {"location": 0, "category": 1, "identity": 2}


class Planted:
    """A code of what was shown: each property's classes are directions of their own, by the age of the object."""

    def __init__(self, ages: int, strength: float = 2.0, slots: bool = False):
        rng = np.random.default_rng(7)
        self.ages, self.strength, self.slots = ages, strength, slots
        self.directions = rng.normal(size=(3, 8, 64, UNITS))  # property, age or slot, class

    def __call__(self, table: pl.DataFrame, objects: int) -> np.ndarray:
        states = np.random.default_rng(11).normal(size=(len(table) // objects, objects, UNITS))
        for name, place in PLACES.items():
            codes = np.unique(table[name].cast(pl.String).to_numpy(), return_inverse=True)[1]
            codes = codes.reshape(-1, objects)
            for time in range(objects):
                for age in range(min(self.ages, time + 1)):
                    chosen = self.directions[place, time - age if self.slots else age]
                    states[:, time] += self.strength * chosen[codes[:, time - age]] / np.sqrt(UNITS)
        return states


class Turned:
    """One code for all objects, turned into a frame of its own by the age of the object, or by its slot."""

    def __init__(self, ages: int, strength: float = 4.0, slots: bool = False):
        rng = np.random.default_rng(3)
        self.ages, self.strength, self.slots = ages, np.full(8, strength), slots
        self.frames = np.linalg.qr(rng.normal(size=(8, UNITS, UNITS)))[0][:, :8]  # age or slot, dimension
        self.variants = rng.normal(size=(64, 2))

    def __call__(self, table: pl.DataFrame, objects: int) -> np.ndarray:
        states = np.random.default_rng(11).normal(size=(len(table) // objects, objects, UNITS))
        corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
        location, category, identity = (
            np.unique(table[name].cast(pl.String).to_numpy(), return_inverse=True)[1] for name in PLACES
        )
        points = np.hstack([corners[location], corners[category], self.variants[identity]])
        points = points.reshape(-1, objects, 8)
        for time in range(objects):
            for age in range(min(self.ages, time + 1)):
                frame = self.frames[time - age if self.slots else age]
                states[:, time] += self.strength[age] * points[:, time - age] @ frame
        return states


@pytest.fixture
def planted():
    return Planted


@pytest.fixture
def turned():
    return Turned


@pytest.fixture
def make_run(tmp_path, small_table, small_stimuli):
    """A complete run whose trials are real, and whose states are made by a code from what was shown."""

    def made(
        hidden: Callable[[pl.DataFrame, int], np.ndarray],
        *,
        splits: tuple[str, ...] = ("test/familiar", "test/novel_view"),
        sequences: int = 450,
        tasks: TasksConfig | None = None,
        change: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]] = lambda states: states,
    ) -> Run:
        tasks = tasks or TasksConfig()
        pools, tables = make_pools(small_table, small_stimuli), []
        for seed, split in enumerate(splits):
            trials = generate(
                pools[SPLIT_POOLS[split]], tasks_of(tasks), tasks, sequences=sequences, seed=seed
            )
            answers = np.full((*trials.targets.shape, 3), 1 / 3)
            tables.append(trials_table(trials, answers, split=split, table=small_table))
        table = pl.concat(tables)
        objects = tasks.frames
        shown = table.filter(pl.col("position").is_not_null())
        states = np.zeros((len(table), UNITS), dtype=np.float32)
        states[table["position"].is_not_null().to_numpy()] = hidden(shown, objects).reshape(-1, UNITS)
        kept = change({"cognition/hidden": states, "backbone/pooled": states[:, :8].copy()})
        run = Run(tmp_path / "arm" / f"seed-{len(list(tmp_path.glob('arm/*')))}")
        run.begin("system: working_memory", {"data_hash": "planted"})
        run.write_evaluation(table, kept, {})
        return run

    return made
