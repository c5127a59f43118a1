"""A trained model on a task: views that vote, and training on the task's own pairs first where that is asked for."""

import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from arc_context.augmentation import View, draw_view, views
from arc_context.configuration import LossConfig
from arc_context.errors import ArcError
from arc_context.model.batch import EpisodeBatch
from arc_context.model.decoding import decoded
from arc_context.model.losses import ArcLoss
from arc_context.model.puzzle_embedding import PuzzleEmbeddingModel
from arc_context.model.task_cnn import TaskCNN
from arc_context.solving.solved import Solved
from arc_context.solving.views import voted
from arc_context.solving.voting import Vote
from arc_context.tasks.episodes import Episode, episodes, leave_one_out
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Task
from searchlight.configuration import TrainingConfig
from searchlight.training import Batch, Batches, fit

CHUNK = 16
CELLS = 40_000
"""Support cells of all episodes of a pass, about; large grids are answered fewer at a time."""


@dataclass(frozen=True)
class TaskTraining:
    """How a model is trained on the pairs of the task that it is asked."""

    steps: int = 0
    """Gradient steps; 0 changes no weight."""
    batch_size: int = 8
    """Episodes of a step."""
    learning_rate: float = 1e-3
    """Peak learning rate of AdamW; it rises and falls once over all steps."""
    seconds: float | None = None
    """CPU time, of all threads, after which no further step is begun; what else computes does not change it."""


@dataclass(frozen=True, eq=False)
class ModelSolver:
    """Answers tasks by a model; each task begins from the same weights, and its draws depend on its pairs alone."""

    model: nn.Module
    training: TaskTraining = field(default_factory=TaskTraining)
    views: int = 16
    loss: LossConfig = field(default_factory=LossConfig)
    name: str = "model"
    symmetries: bool = True
    """Whether views turn and mirror."""

    def __call__(self, task: Task) -> Solved:
        """Train on the train pairs, where that is asked for, then let all views of every test input vote."""
        began = time.process_time()
        model, taken = self.trained(task)
        seen = views(self.views, rng_of(task, 1), d8=self.symmetries)
        with torch.no_grad():
            votes = tuple(self.votes(model.eval(), each, seen) for each in episodes(task))
        return Solved(
            task.name,
            votes,
            time.process_time() - began,
            "transductive" if taken else "inductive",
            self.name,
            self.notes(task, taken),
        )

    def votes(self, model: nn.Module, episode: Episode, seen: Sequence[View]) -> tuple[Vote, ...]:
        """The answers of all views to one test input."""
        return voted(episode, lambda shown: answered(model, shown), seen)

    def trained(self, task: Task) -> tuple[nn.Module, int]:
        """The model as it answers a task, and how many steps that took."""
        shown = self.shown(task)
        if not (self.training.steps and shown):
            return self.model, 0
        model = deepcopy(self.model).train()
        return model, train_on(model, shown, self.training, self.loss, self.drawn(task))

    def shown(self, task: Task) -> tuple[Episode, ...]:
        """What a task may be learned from: each train pair, asked beside the others."""
        return leave_one_out(task) if len(task.train) > 1 else ()

    def drawn(self, task: Task) -> Iterator[View]:
        """The views that training shows."""
        rng = rng_of(task, 2)
        while True:
            yield draw_view(rng, d8=self.symmetries)

    def notes(self, task: Task, taken: int) -> tuple[str, ...]:
        """What was done otherwise than asked for."""
        if not self.training.steps or taken == self.training.steps:
            return ()
        if not taken:
            return ("not trained on: it has one train pair, and none may be left out",)
        return (
            f"{taken} of {self.training.steps} steps were taken in {self.training.seconds:g} CPU seconds",
        )


@dataclass(frozen=True, eq=False)
class PuzzleSolver(ModelSolver):
    """The same for a model that knows a task by a learned vector: one for each view, and one task seen in few views.

    The support set of all pairs says which task it is, so each pair is asked beside all of them, itself among them; the
    model does not look at them. It is asked in views that it was trained on.
    """

    def shown(self, task: Task) -> tuple[Episode, ...]:
        """Each train pair, under the number of the whole task."""
        return tuple(
            Episode(task.name, task.family, task.train, pair.input, pair.output, index)
            for index, pair in enumerate(task.train)
        )

    def drawn(self, task: Task) -> Iterator[View]:
        """The views that will vote."""
        seen, rng = views(self.views, rng_of(task, 1), d8=self.symmetries), rng_of(task, 2)
        while True:
            yield seen[rng.integers(len(seen))]


def task_cnn_solver(training: TaskTraining | None = None, seed: int = 0) -> ModelSolver:
    """A small network that is made for each task, trained on its pairs as they are, and asked once."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = TaskCNN()
    return PuzzleSolver(model, training or TaskTraining(steps=230, learning_rate=3e-3), 1, name="task_cnn")


def solver_of(model: Any, **settings: Any) -> ModelSolver:
    """The solver that suits a kind of model.

    Raises:
        ArcError: it is none that takes gradient steps.
    """
    if not isinstance(model, nn.Module):
        raise ArcError(f"{model} is a baseline, which answers by itself; expected a trained model")
    return (PuzzleSolver if isinstance(model, PuzzleEmbeddingModel) else ModelSolver)(model, **settings)


def rng_of(task: Task, *more: int) -> np.random.Generator:
    """Draws that depend on what a task shows and asks alone."""
    return np.random.default_rng((int(task.fingerprint, 16), *more))


def train_on(
    model: nn.Module,
    shown: Sequence[Episode],
    training: TaskTraining,
    loss: LossConfig,
    drawn: Iterator[View],
) -> int:
    """Take gradient steps on episodes of one task, each in a view of its own; say how many.

    Raises:
        TrainingError: the loss is not finite.
    """
    taken = 0

    def draw(epoch: int) -> Iterator[Batch]:
        nonlocal taken
        began = time.process_time()
        for taken in range(training.steps):
            if training.seconds is not None and taken and time.process_time() - began > training.seconds:
                return
            ids = [(taken * training.batch_size + each) % len(shown) for each in range(training.batch_size)]
            batch = EpisodeBatch.of([next(drawn).of_episode(shown[each]) for each in ids])
            yield {"ids": torch.tensor(ids), **batch.tensors()}
        taken = training.steps

    def loss_of(model: nn.Module, batch: Batch) -> Tensor:
        return ArcLoss(loss)(model, EpisodeBatch.from_tensors(batch))

    fit(model, loss_of, Batches(training.steps, draw), settings_of(training))
    return taken


def settings_of(training: TaskTraining) -> TrainingConfig:
    """The same as `fit` takes it."""
    return TrainingConfig(
        epochs=1, batch_size=training.batch_size, learning_rate=training.learning_rate, snapshots=0
    )


def answered(model: nn.Module, shown: Sequence[Episode]) -> list[tuple[Grid, float]]:
    """A model's answer to each episode, and the logarithm of how probable it says that is."""
    device, size = next(model.parameters()).device, chunk_of(shown)
    found: list[tuple[Grid, float]] = []
    for start in range(0, len(shown), size):
        batch = EpisodeBatch.of(shown[start : start + size]).to(device)
        output = model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)
        found += [(each.grid, each.log_probability) for each in decoded(output.logits, batch.canvas)]
    return found


def chunk_of(shown: Sequence[Episode]) -> int:
    """How many episodes are answered at once, so that few large grids take no more memory than many small ones."""
    cells = max(sum(pair.input.size for pair in each.support) + each.query.size for each in shown)
    return max(1, min(CHUNK, CELLS // cells))
