"""Whether a network learns at all: trained briefly on few tasks, and judged by what a sound one shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from arc_context.explanations.lookups import support_cells
from arc_context.model.batch import EpisodeBatch
from arc_context.model.decoding import answers
from arc_context.model.output import RLANOutput
from arc_context.questions import Question, questions
from arc_context.tasks.episodes import Episode, episodes, leave_one_out
from arc_context.tasks.task import Pair, Task
from searchlight.configuration import TrainingConfig
from searchlight.errors import UsageError
from searchlight.experiments.arc import Arc
from searchlight.training import Batch, Batches, fit

STEP = 8
"""Episodes of a step, at most."""
FOREGROUND, EXACT, DEVIATION, SPREAD = 0.10, 0.25, 0.01, 0.5
"""What is wanted: more than the first three, less than the last."""


@dataclass(frozen=True)
class Criterion:
    """What was found, what was wanted, and what to try where it is not met; `met` is None where it cannot be asked."""

    name: str
    got: str
    wanted: str
    met: bool | None
    advice: str = ""


def validated(experiment: Arc, model: nn.Module, tasks: Sequence[Task]) -> list[Criterion]:
    """The criteria of a network on tasks that it was trained on."""
    asked = questions(tasks)
    return [
        *right(experiment, model.eval(), asked),
        gradients(experiment, model, asked),
        *looks(model, asked),
    ]


def check_kind(experiment: Arc) -> None:
    """Raise UsageError for what is no network of ours.

    Raises:
        UsageError: it is a baseline, or knows tasks by a learned vector.
    """
    if (kind := experiment.config.model.kind) != "rlan":
        raise UsageError(f"arc validate judges networks of kind rlan; {kind} is none.")


def few_tasks(experiment: Arc, count: int) -> list[Task]:
    """The first tasks that training shows, each with the pair that it is asked."""
    found: dict[str, Task] = {}
    for each in experiment.task_splits.training(experiment.seed, 0):
        if len(found) == count:
            break
        found.setdefault(
            each.task, Task(each.task, each.support, (Pair(each.query, each.answer),), each.family)
        )
    return list(found.values())


def trained_on(experiment: Arc, tasks: Sequence[Task], epochs: int) -> nn.Module:
    """The network after some passes over all pairs of the tasks, each asked beside the others."""
    shown = [each for task in tasks for each in pairs_of(task)]
    parts = -(-len(shown) // STEP)

    def draw(epoch: int) -> Iterator[Batch]:
        order = np.random.default_rng((experiment.seed, epoch)).permutation(len(shown))
        for rows in np.array_split(order, parts):
            yield {"ids": torch.from_numpy(rows), **EpisodeBatch.of([shown[row] for row in rows]).tensors()}

    model = experiment.model()
    fit(model, experiment.loss, Batches(parts, draw), settings(experiment.config.training, epochs))
    return model


def settings(training: TrainingConfig, epochs: int) -> TrainingConfig:
    """Those of the experiment, but for what so short a training has no use of."""
    return replace(training, epochs=epochs, batch_size=STEP, accumulate=1, ema=0.0, snapshots=0)


def pairs_of(task: Task) -> list[Episode]:
    """Test pairs beside all train pairs, and each train pair beside the others."""
    return [*episodes(task), *(leave_one_out(task) if len(task.train) > 1 else ())]


@torch.no_grad()
def right(experiment: Arc, model: nn.Module, asked: Sequence[Question]) -> Iterator[Criterion]:
    """Right foreground cells, and answers that are right as a whole."""
    grids = [grid for _, _, output in experiment.outputs(model, asked) for grid in answers(output)]
    trials = experiment.table("training", asked, grids)
    foreground = trials["foreground"].drop_nulls().mean()
    told = f"{foreground:.0%}" if isinstance(foreground, float) else "no such cell"
    yield Criterion(
        "foreground accuracy",
        told,
        f"over {FOREGROUND:.0%}",
        None if foreground is None else float(foreground) > FOREGROUND,  # pyright: ignore[reportArgumentType]
        "More steps (--max-epochs), or a higher --training.learning-rate.",
    )
    exact = float(trials["prediction"].mean())  # pyright: ignore[reportArgumentType]
    yield Criterion(
        "training exact match",
        f"{exact:.0%} of {len(asked)}",
        f"over {EXACT:.0%}",
        exact > EXACT,
        "More steps (--max-epochs), fewer tasks (--max-tasks), or a wider network (--model.dim).",
    )


def gradients(experiment: Arc, model: nn.Module, asked: Sequence[Question]) -> Criterion:
    """Whether every part of the network gets a gradient that is finite and not zero."""
    model.train().zero_grad()
    shown = [each for question in asked for each in pairs_of(question.task)]
    for start in range(0, len(shown), STEP):
        batch = EpisodeBatch.of(shown[start : start + STEP]).to(next(model.parameters()).device)
        experiment.loss(model, batch.tensors()).backward()
    norms = {name: float(torch.linalg.vector_norm(each)) for name, each in by_part(model).items()}
    model.zero_grad()
    wrong = [name for name, norm in norms.items() if not (np.isfinite(norm) and norm > 0)]
    return Criterion(
        "gradients",
        f"none, or none finite: {', '.join(wrong)}" if wrong else f"finite and over 0 in {len(norms)} parts",
        "finite and over 0 in every part",
        not wrong,
        "A lower --training.learning-rate where they are not finite; where they are 0, that part does nothing: leave "
        "it out.",
    )


def by_part(model: nn.Module) -> dict[str, Tensor]:
    """All gradients of each part, by the first two words of its parameters' names; zero where there is none."""
    parts: dict[str, list[Tensor]] = {}
    for name, each in model.named_parameters():
        if each.requires_grad:
            gradient = torch.zeros_like(each) if each.grad is None else each.grad
            parts.setdefault(".".join(name.split(".")[:2]), []).append(gradient.flatten())
    return {name: torch.cat(each) for name, each in parts.items()}


@torch.no_grad()
def looks(model: nn.Module, asked: Sequence[Question]) -> Iterator[Criterion]:
    """Whether support features differ from each other, and how far attention is spread."""
    batch = EpisodeBatch.of([each.episode for each in asked]).to(next(model.parameters()).device)
    output: RLANOutput = model.eval()(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)
    features = output.support_features
    rows = None if features is None else rows_of(features, batch)
    deviation = None if rows is None or len(rows) < 2 else float(rows.std(0).mean())
    none = "there are none" if rows is None else "there is but one; --max-tasks 2 gives two"
    yield Criterion(
        "support features",
        none if deviation is None else f"standard deviation {deviation:.3f}",
        f"over {DEVIATION}",
        None if deviation is None else deviation > DEVIATION,
        "A lower --training.learning-rate: features that are all alike have collapsed.",
    )
    share = spread(output, batch) if output.attention else None
    yield Criterion(
        "attention",
        "there is none" if share is None else f"spread as over {share:.0%} of the support cells",
        f"under {SPREAD:.0%}",
        None if share is None else share < SPREAD,
        "More steps (--max-epochs), or a look in every step (--model.solver-context).",
    )


def rows_of(features: Tensor, batch: EpisodeBatch) -> Tensor:
    """Features of every support cell that there is; of pooled context those of every episode."""
    if features.dim() == 2:
        return features
    there = support_cells(batch).flatten()
    return features.movedim(2, -1).reshape(-1, features.shape[2])[there]


def spread(output: RLANOutput, batch: EpisodeBatch) -> float:
    """The share of support cells that attention is spread over, `exp H / n`: mean over heads and cells, last look."""
    entropy = output.attention[-1].entropy().mean(-2)
    keys = support_cells(batch).flatten(1).sum(-1, keepdim=True)
    return float((entropy.exp() / keys)[batch.canvas.flatten(1)].mean())


def failed(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Those that are not met."""
    return [each for each in criteria if each.met is False]


def validate(experiment: Arc, count: int, epochs: int, model: Any = None) -> list[Criterion]:
    """Train a network briefly on few tasks, or take one that is trained, and judge it on them.

    Raises:
        UsageError: it is no network. TrainingError: the loss is not finite.
    """
    check_kind(experiment)
    tasks = few_tasks(experiment, count)
    return validated(experiment, trained_on(experiment, tasks, epochs) if model is None else model, tasks)
