"""Trials: balanced n-back sequences with lures, every match in another view."""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from working_memory.configuration import TasksConfig
from working_memory.errors import WorkingMemoryError
from working_memory.lures import Lure, lure_kinds
from working_memory.pools import Pool
from working_memory.sequences import Demand, Drawing
from working_memory.tasks import FEATURES, Task, task_vector

BLANK = -1


class Answer(IntEnum):
    """What is to be said at a frame."""

    NO_ACTION = 0
    NON_MATCH = 1
    MATCH = 2


@dataclass(frozen=True)
class Trials:
    """Sequences of image rows: what is asked, what is right, what was shown; BLANK where nothing was."""

    tasks: tuple[Task, ...]
    task: Int[np.ndarray, "sequences"]
    images: Int[np.ndarray, "sequences frames"]
    targets: Int[np.ndarray, "sequences frames"]
    lures: Int[np.ndarray, "sequences frames"]
    view_distances: Float[np.ndarray, "sequences frames"]
    """Degrees between a match and what it matches; NaN elsewhere."""
    categories: Int[np.ndarray, "sequences frames"]
    identities: Int[np.ndarray, "sequences frames"]
    viewpoints: Int[np.ndarray, "sequences frames"]
    locations: Int[np.ndarray, "sequences frames"]
    lures_asked: Int[np.ndarray, "tasks"]

    def __len__(self) -> int:
        """Number of sequences."""
        return len(self.task)

    @property
    def scored(self) -> Bool[np.ndarray, "sequences frames"]:
        """Frames that ask for match or non-match."""
        return self.targets != Answer.NO_ACTION

    @property
    def task_vectors(self) -> Float[np.ndarray, "sequences task_dim"]:
        """What tells a model its task: one-hot feature ⊕ one-hot n."""
        return task_vector(self.tasks)[self.task]

    def summary(self) -> pl.DataFrame:
        """One row per task: frames, matches, lures by kind, and how many were impossible or unavoidable."""
        return pl.DataFrame([self._row(index) for index in range(len(self.tasks))])

    def _row(self, index: int) -> dict[str, str | int]:
        chosen = self.task == index
        lures = self.lures[chosen]
        kinds = {kind.name.lower(): int((lures == kind).sum()) for kind in Lure if kind}
        return {
            "task": self.tasks[index].name,
            "sequences": int(chosen.sum()),
            "scored": int(self.scored[chosen].sum()),
            "matches": int((self.targets[chosen] == Answer.MATCH).sum()),
            "lures": sum(kinds.values()),
            **kinds,
            "lures_missing": max(int(self.lures_asked[index]) - sum(kinds.values()), 0),
            "lures_unasked": max(sum(kinds.values()) - int(self.lures_asked[index]), 0),
        }


def generate(
    pool: Pool, tasks: tuple[Task, ...], config: TasksConfig, *, sequences: int, seed: int | tuple[int, ...]
) -> Trials:
    """Draw sequences for all tasks in equal shares, the same for the same seed.

    Of the scored frames of a task round(match_rate · frames) match, and of its non-matches
    round(lure_rate · non-matches) are lures, as far as what was shown before allows: `Trials.summary`
    counts the rest. Irrelevant features are drawn uniformly and tell nothing of the answer.

    Raises:
        WorkingMemoryError: the pool or the number of frames cannot pose one of the tasks.
    """
    _check_possible(pool, tasks, config, sequences)
    rng = np.random.default_rng(seed)
    demand = _demand(tasks, config, sequences, rng)
    drawing = Drawing(pool, demand, rng).run()
    return _with_blanks(_trials(pool, tasks, demand, drawing), config.delay)


def _check_possible(pool: Pool, tasks: tuple[Task, ...], config: TasksConfig, sequences: int) -> None:
    levels = {
        "location": len(pool.locations),
        "identity": len(pool.identities),
        "category": len(np.unique(pool.categories)),
    }
    if not tasks or sequences < 1:
        raise WorkingMemoryError(
            f"expected a task and a sequence; got {len(tasks)} tasks, {sequences} sequences"
        )
    for task in tasks:
        if task.n >= config.frames:
            raise WorkingMemoryError(
                f"{task.name} is impossible in {config.frames} frames; give {task.n + 1} or more"
            )
        if levels[task.feature] < 2:
            raise WorkingMemoryError(f"{task.name} needs two levels of {task.feature}; the pool has one")


def _demand(tasks: tuple[Task, ...], config: TasksConfig, sequences: int, rng: np.random.Generator) -> Demand:
    extra = rng.permutation(len(tasks))[: sequences % len(tasks)]
    task = rng.permutation(np.concatenate([np.tile(np.arange(len(tasks)), sequences // len(tasks)), extra]))
    n = np.array([t.n for t in tasks])[task]
    scored = np.arange(config.frames) >= n[:, None]
    matches = np.zeros_like(scored)
    lures = np.zeros(len(tasks), dtype=np.int64)
    for index in range(len(tasks)):
        row, frame = np.nonzero(scored & (task == index)[:, None])
        count = round(config.match_rate * len(row))
        chosen = rng.permutation(len(row))[:count]
        matches[row[chosen], frame[chosen]] = True
        lures[index] = round(config.lure_rate * (len(row) - count))
    return Demand(task, np.array([FEATURES.index(t.feature) for t in tasks])[task], n, matches, lures)


def _trials(pool: Pool, tasks: tuple[Task, ...], demand: Demand, drawing: Drawing) -> Trials:
    targets = np.where(demand.matches, Answer.MATCH, Answer.NON_MATCH)
    place = (drawing.identities, drawing.views, drawing.locations)
    return Trials(
        tasks=tasks,
        task=demand.task,
        images=pool.rows[place],
        targets=np.where(demand.scored, targets, Answer.NO_ACTION),
        lures=lure_kinds(drawing.values, drawing.relatives, demand.n),
        view_distances=_view_distances(pool, demand, drawing.views),
        categories=pool.categories[drawing.identities],
        identities=pool.identities[drawing.identities],
        viewpoints=pool.viewpoints[drawing.views],
        locations=pool.locations[drawing.locations],
        lures_asked=demand.lures,
    )


def _view_distances(pool: Pool, demand: Demand, views: np.ndarray) -> Float[np.ndarray, "sequences frames"]:
    frame = np.arange(views.shape[1])
    matched = np.take_along_axis(views, np.maximum(frame - demand.n[:, None], 0), axis=1)
    return np.where(demand.matches, pool.view_distances[views, matched], np.nan)


def _with_blanks(trials: Trials, delay: int) -> Trials:
    """Put `delay` blank frames after each object."""
    if not delay:
        return trials
    empty = {"targets": Answer.NO_ACTION, "lures": Lure.NONE, "view_distances": np.nan}
    fields = (
        "images",
        "targets",
        "lures",
        "view_distances",
        "categories",
        "identities",
        "viewpoints",
        "locations",
    )

    def spread(name: str) -> np.ndarray:
        shown = getattr(trials, name)
        frames = np.full(
            (len(shown), shown.shape[1] * (1 + delay)), empty.get(name, BLANK), dtype=shown.dtype
        )
        frames[:, :: 1 + delay] = shown
        return frames

    return replace(trials, **{name: spread(name) for name in fields})
