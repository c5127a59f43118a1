"""Which tasks each split holds: drawn from families, or read and divided into folds."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from analysis import unknown
from arc_context.augmentation import draw_view
from arc_context.configuration import ArcConfig, AugmentationConfig
from arc_context.errors import ArcError
from arc_context.families.generated import GeneratedTasks
from arc_context.tasks.episodes import Episode, episodes, leave_one_out
from arc_context.tasks.leaks import Leaks, without_leaks
from arc_context.tasks.sources import load_tasks, small
from arc_context.tasks.task import Task

VALIDATION, SEEN = "validation/seen", "test/seen"
"""Generated tasks of the families that training shows, with parameters that it does not."""
VALIDATION_TASKS, TEST_TASKS = "validation/tasks", "test/tasks"
"""Tasks that were read, of parts that training does not show."""
VALIDATION_SEEDS, TEST_SEEDS, TRAINING_SEEDS = 0, 10**8, 10**9
"""Where the seeds of generated tasks begin; training takes a range of this length for each seed of a run."""


class TaskSplits(ABC):
    """The tasks of every split that is evaluated, and what a training shows in each of its epochs."""

    def __init__(self, config: ArcConfig):
        self.config = config

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The splits that are evaluated; the one that chooses the epoch is the first."""

    @abstractmethod
    def tasks(self, split: str) -> Sequence[Task]:
        """The tasks of a split.

        Raises:
            ArcError: there is no such split.
        """

    @abstractmethod
    def training(self, seed: int, epoch: int) -> list[Episode]:
        """What the training of a seed shows in an epoch, the same whenever it is asked."""

    @property
    @abstractmethod
    def per_epoch(self) -> int:
        """Episodes of an epoch."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """What of the source is neither shown nor asked, and why, in sentences."""
        return ()


class FamilySplits(TaskSplits):
    """Fresh parameters everywhere: no two splits, epochs or runs draw the task of a family from the same seed."""

    @cached_property
    def _ranges(self) -> Mapping[str, tuple[tuple[str, ...], int, int]]:
        families, sizes = self.config.families, self.config.tasks
        held_out = {f"test/{name}": ((name,), TEST_SEEDS, sizes.test) for name in families.held_out}
        count = len(families.names)
        return {
            VALIDATION: (families.names, VALIDATION_SEEDS, count * sizes.validation),
            SEEN: (families.names, TEST_SEEDS, count * sizes.test),
            **held_out,
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Validation and test of the trained families, and a test of each held-out one."""
        return tuple(self._ranges)

    def tasks(self, split: str) -> GeneratedTasks:
        """As many of each family."""
        if split not in self._ranges:
            raise ArcError(unknown("split", split, self._ranges))
        families, first, count = self._ranges[split]
        return GeneratedTasks(families, self.config.families, range(first, first + count))

    def training(self, seed: int, epoch: int) -> list[Episode]:
        """The test pairs of tasks of their own, with all train pairs: fewer need not settle the rule."""
        count = self.config.tasks.train
        first = TRAINING_SEEDS * (1 + seed) + (epoch * count if self.config.tasks.fresh else 0)
        drawn = GeneratedTasks(self.config.families.names, self.config.families, range(first, first + count))
        rng = np.random.default_rng((seed, epoch))
        return [varied(each, self.config.augmentation, rng) for task in drawn for each in episodes(task)]

    @property
    def per_epoch(self) -> int:
        """Those of the tasks of an epoch."""
        return self.config.tasks.train * self.config.families.test_pairs


class FoldSplits(TaskSplits):
    """Tasks that were read, whole tasks in each part: one part is tested, the next validates, the others train."""

    @cached_property
    def _read(self) -> tuple[Task, ...]:
        return load_tasks(self.config.tasks.source)

    @cached_property
    def _folds(self) -> tuple[tuple[Task, ...], ...]:
        sizes, found = self.config.tasks, self.divided
        if len(found) < sizes.folds:
            raise ArcError(
                f"{sizes.source}: expected {sizes.folds} tasks or more, one to a fold; got {len(found)} whose grids "
                f"are at most {sizes.side} × {sizes.side}"
            )
        order = np.random.default_rng(0).permutation(len(found))
        return tuple(tuple(found[at] for at in sorted(order[k :: sizes.folds])) for k in range(sizes.folds))

    @property
    def divided(self) -> tuple[Task, ...]:
        """The tasks of all folds."""
        return small(self._read, self.config.tasks.side)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Tasks that are too large."""
        sizes = self.config.tasks
        count = len(self._read) - len(small(self._read, sizes.side))
        said = f"{sizes.source}: {count} of {len(self._read)} tasks are left out, as a side is over {sizes.side} cells"
        return (said,) if count else ()

    @property
    def names(self) -> tuple[str, ...]:
        """One part validates, one is tested."""
        return (VALIDATION_TASKS, TEST_TASKS)

    @cached_property
    def parts(self) -> Mapping[str, tuple[Task, ...]]:
        """The tasks that training does not show, by split."""
        sizes = self.config.tasks
        validated = self._folds[(sizes.fold + 1) % sizes.folds]
        return answered({VALIDATION_TASKS: validated, TEST_TASKS: self._folds[sizes.fold]})

    def tasks(self, split: str) -> tuple[Task, ...]:
        """Those of its part."""
        if split not in self.parts:
            raise ArcError(unknown("split", split, self.parts))
        return self.parts[split]

    @cached_property
    def shown(self) -> tuple[tuple[Episode, ...], ...]:
        """What may be shown of each training task: each pair with an answer, beside the train pairs that it is not."""
        kept = {id(task) for part in self.parts.values() for task in part}
        training = [task for fold in self._folds for task in fold if id(task) not in kept]
        found = ((*episodes(task), *leave_one_out(task)) for task in training)
        told = (tuple(each for each in shown if each.answer is not None) for shown in found)
        return tuple(shown for shown in told if shown)

    def training(self, seed: int, epoch: int) -> list[Episode]:
        """Tasks in turn, in an order of the epoch's own, and any pair of each, varied."""
        rng = np.random.default_rng((seed, epoch))
        drawn = []
        while len(drawn) < self.per_epoch:
            for at in rng.permutation(len(self.shown))[: self.per_epoch - len(drawn)]:
                chosen = self.shown[at][rng.integers(len(self.shown[at]))]
                drawn.append(varied(chosen, self.config.augmentation, rng))
        return drawn

    @property
    def per_epoch(self) -> int:
        """As many as are asked for."""
        return self.config.tasks.train


class SourceSplits(FoldSplits):
    """Tasks of another source are tested, all of them; of the one that was read, a fold validates, the others train.

    What both sources share is not trained on.
    """

    @cached_property
    def _tested(self) -> tuple[Task, ...]:
        return load_tasks(self.config.tasks.tested)

    @cached_property
    def _leaks(self) -> tuple[tuple[Task, ...], Leaks]:
        return without_leaks(small(self._read, self.config.tasks.side), self._tested)

    @property
    def divided(self) -> tuple[Task, ...]:
        """The tasks of all folds, none of which is tested."""
        return self._leaks[0]

    @property
    def left_out(self) -> tuple[str, ...]:
        """Tasks that are too large, and what is tested."""
        shared = self._leaks[1]
        said = f"{self.config.tasks.source} and {self.config.tasks.tested} share {shared}; these are not trained on"
        return (*super().left_out, *((said,) if shared else ()))

    @cached_property
    def parts(self) -> Mapping[str, tuple[Task, ...]]:
        """The tasks that training does not show, by split."""
        return answered({VALIDATION_TASKS: self._folds[self.config.tasks.fold], TEST_TASKS: self._tested})


def answered(parts: Mapping[str, tuple[Task, ...]]) -> Mapping[str, tuple[Task, ...]]:
    """The same tasks by split.

    Raises:
        ArcError: the answer of one is not known, so that it cannot be judged.
    """
    for split, tasks in parts.items():
        for task in tasks:
            for number, pair in enumerate(task.test):
                if pair.output is None:
                    raise ArcError(
                        f"task {task.name}, test {number}: its answer is not known, and {split} needs it; give the "
                        "file of solutions, or leave the task out"
                    )
    return parts


def varied(episode: Episode, config: AugmentationConfig, rng: np.random.Generator) -> Episode:
    """The episode turned, mirrored and recoloured at random, as far as that is asked for."""
    if not (config.symmetries or config.colours):
        return episode
    return draw_view(rng, d8=config.symmetries, colours=config.colours).of_episode(episode)


def task_splits(config: ArcConfig) -> TaskSplits:
    """The splits that a configuration describes."""
    if not config.tasks.source:
        return FamilySplits(config)
    return SourceSplits(config) if config.tasks.tested else FoldSplits(config)
