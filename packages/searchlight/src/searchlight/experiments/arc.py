"""Which grid answers a task, as the integration layer sees it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl
import torch
from jaxtyping import Int8
from torch import Tensor, nn

from analysis import Measure, Run
from arc_context.assays import ASSAYS
from arc_context.baselines.base import Baseline
from arc_context.baselines.registry import make_baseline
from arc_context.claims import CLAIMS
from arc_context.metrics import (
    BACKGROUND,
    COPY,
    EXACT_MATCH,
    FOREGROUND,
    MEASURES,
    SIZE_RIGHT,
    measured,
)
from arc_context.model.batch import EpisodeBatch
from arc_context.model.factory import arc_model
from arc_context.model.losses import ArcLoss
from arc_context.questions import Question, questions
from arc_context.splits import VALIDATION, TaskSplits, task_splits
from arc_context.tasks.episodes import Episode
from arc_context.tasks.grid import LARGEST_SIDE, Grid
from arc_context.tasks.task import Task
from arc_context.trials import Attempts, trials_table
from searchlight.experiments import arc_interventions
from searchlight.experiments.arc_answers import attempts_at
from searchlight.experiments.arc_conclusion import conclusion
from searchlight.experiments.arc_introduction import introduction
from searchlight.experiments.arc_maps import stored_maps
from searchlight.experiments.arc_pretraining import Continued, pretrained_weights
from searchlight.experiments.arms import Arm, Fitted
from searchlight.experiments.base import Evaluation, Experiment, Facts, Inspection
from searchlight.experiments.batching import bucketed
from searchlight.experiments.joining import join
from searchlight.training import Batch, Batches

SHOWN = (EXACT_MATCH, FOREGROUND, BACKGROUND, SIZE_RIGHT)
"""What each epoch is told by; the first chooses."""
CHUNK = 32
CELLS = 16_000
"""Most questions that are answered at once, and most cells that they have together once they are padded."""
ADVICE = {
    "attention-uniform": "More steps (--training.epochs), or a look in every step (--model.solver-context).",
    "familiar-far-above-held-out": "More families (--families.names), or turned tasks (--augmentation.symmetries).",
    "too-few-trials": "Every test split has --tasks.test tasks of each family.",
}


class Arc(Experiment):
    """Pairs of grids show a rule; answer another grid by it."""

    system = "arc"
    measures = SHOWN
    further = tuple(each for each in MEASURES if each not in SHOWN and not each.cells)
    training_split = VALIDATION
    chosen_by = "exact match on validation"
    advice = ADVICE
    held_against = arc_interventions.CONTROLS
    assays = ASSAYS
    claims = CLAIMS

    @property
    def interventions(self) -> tuple[str, ...]:
        """What may be taken away or changed."""
        return arc_interventions.possible(self)

    @cached_property
    def task_splits(self) -> TaskSplits:
        """Which tasks each split holds."""
        return task_splits(self.config)

    @property
    def splits(self) -> tuple[str, ...]:
        """What is evaluated; the first split chooses the epoch."""
        return self.task_splits.names

    @cached_property
    def _tasks(self) -> dict[str, tuple[Task, ...]]:
        return {}

    def tasks(self, split: str) -> tuple[Task, ...]:
        """The tasks of a split, drawn or read once."""
        if split not in self._tasks:
            self._tasks[split] = tuple(self.task_splits.tasks(split))
        return self._tasks[split]

    def questions(self, split: str) -> tuple[Question, ...]:
        """The test outputs of a split; they are its rows."""
        return questions(self.tasks(split))

    def prepare(self) -> None:
        """Draw, or read, the tasks of every split."""
        for number, split in enumerate(self.splits, start=1):
            self.tasks(split)
            self.report("tasks", number, len(self.splits))

    def prepare_training(self) -> None:
        """Those of the split that chooses the epoch; training draws its own as it goes."""
        self.tasks(self.splits[0])

    def data_hash(self) -> str:
        """SHA-256 over every evaluated task, its answers among it."""
        told = [[split, task.name, task.to_document()] for split in self.splits for task in self.tasks(split)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def introduction(self) -> Sequence[Facts]:
        """What each split holds, what giving the input back scores, and why there is one answer."""
        return introduction(self)

    @classmethod
    def conclusion(cls, arms: Mapping[str, Sequence[Run]]) -> Sequence[Facts]:
        """Exact match by family, and how much of the attention goes to what settles a cell."""
        return conclusion(arms)

    def arm(self) -> Arm | Fitted:
        """The model with its loss, or the baseline, which has nothing to fit."""
        if self.is_baseline:
            return Fitted(self.baseline(), lambda: None, self.validate)
        if self.config.pretraining.epochs:
            start = partial(pretrained_weights, self.config, self.seed, self.cache)
            return Continued(self.model(), self.loss, self.batches, self.validate, start)
        return Arm(self.model(), self.loss, self.batches, self.validate)

    def baseline(self) -> Baseline:
        """It answers from the pairs of a task alone."""
        return make_baseline(self.config.model.kind, **self.config.baseline.given)

    @property
    def batch_size(self) -> int:
        """Episodes of a step; all of an epoch where there are fewer than asked for."""
        return min(self.config.training.batch_size, self.task_splits.per_epoch)

    def model(self) -> nn.Module:
        """The untrained model of this seed."""
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            return arc_model(self.config.model)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Cross-entropy of the cells of the answer, over the steps of the solver."""
        return ArcLoss(self.config.loss)(model, EpisodeBatch.from_tensors(batch))

    @property
    def batches(self) -> Batches:
        """What training shows."""
        return Batches(self.task_splits.per_epoch // self.batch_size, self.draw)

    def draw(self, epoch: int) -> Iterator[Batch]:
        """What training shows in an epoch, in batches of about one size; too few for a batch are left for another."""
        shown = self.task_splits.training(self.seed, epoch)
        rng = np.random.default_rng((self.seed, epoch, 1))
        sizes = np.array([padded_cells(each) for each in shown])
        for rows in bucketed(sizes, self.batch_size, rng):
            batch = EpisodeBatch.of([shown[row] for row in rows])
            yield {"ids": torch.from_numpy(rows), **batch.tensors()}

    def outputs(
        self, model: nn.Module, asked: Sequence[Question]
    ) -> Iterator[tuple[Sequence[Question], EpisodeBatch, Any]]:
        """Questions in chunks, in their order, and what a model says of each chunk."""
        device = next(model.parameters()).device
        for chunk in chunked(asked):
            batch = EpisodeBatch.of([each.episode for each in chunk]).to(device)
            yield chunk, batch, model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)

    @torch.no_grad()
    def validate(self, model: Any) -> dict[str, float]:
        """Exact match on the first split, which chooses the epoch, and right foreground, background and size."""
        trials = join(list(self.evaluated(model, self.splits[0], maps=False))).trials
        return {
            measure.name: value for measure in SHOWN for value in self.values(trials, measure, ())["value"]
        }

    def table(
        self,
        split: str,
        asked: Sequence[Question],
        grids: Sequence[Grid],
        seconds: Sequence[Grid] | None = None,
    ) -> pl.DataFrame:
        """One row per question, from one answer to each, or from two."""
        both = zip(grids, seconds, strict=True) if seconds is not None else ((grid,) for grid in grids)
        return trials_table(asked, [list(each) for each in both], split=split)

    @torch.no_grad()
    def evaluate(self, model: Any) -> Evaluation:
        """Validation, fresh parameters, and every held-out family."""
        return join([self.evaluate_split(model, split) for split in self.splits])

    @torch.no_grad()
    def evaluate_split(self, model: Any, split: str) -> Evaluation:
        """Trials, answers and attention of one split."""
        return join(list(self.evaluated(model, split)))

    def evaluated(self, model: Any, split: str, *, maps: bool = True) -> Iterator[Evaluation]:
        """The same chunk by chunk, so that no more than one chunk's maps are held."""
        asked = self.questions(split)
        if not isinstance(model, nn.Module):
            yield scored(split, asked, [given for task in self.tasks(split) for given in model.solve(task)])
            return
        for chunk, batch, output in self.outputs(model.eval(), asked):
            tried = attempts_at(model, chunk, batch, output, self.config.voting)
            attention = stored_maps([(chunk, batch, output)]) if maps else {}
            yield scored(split, chunk, tried, attention)

    @torch.no_grad()
    def intervene(self, model: Any, what: str) -> Evaluation:
        """A model with something taken away, or what it is held against."""
        return join(arc_interventions.intervene(self, model, what))

    @classmethod
    def values(cls, trials: pl.DataFrame, measure: Measure, cells: tuple[str, ...]) -> pl.DataFrame:
        """A measure by split and cell, where there is anything to measure."""
        return measured(trials, measure, ("split", *cells))

    @classmethod
    def observers(cls, trials: pl.DataFrame, cells: tuple[str, ...]) -> pl.DataFrame:
        """What giving the input back scores."""
        return measured(trials, COPY, ("split", *cells)).rename({"value": COPY.name})

    @classmethod
    def keeps_maps(cls, config: Mapping[str, Any]) -> bool:
        """Where every support cell may be looked at there is attention; pooled context has none."""
        model = config["model"]
        return model["kind"] == "rlan" and model["context"] == "cross_attention"

    def describe(self, model: Any) -> str:
        """The model in a line, what it begins from, and what an epoch shows."""
        shown = super().describe(model) if isinstance(model, nn.Module) else str(model)
        taught = self.config.pretraining.epochs
        start = f"begins from weights taught {taught} epochs of generated families\n" if taught else ""
        left_out = "".join(f"{each}\n" for each in self.task_splits.left_out)
        return f"{shown}\n{start}{left_out}{self.task_splits.per_epoch} episodes in each epoch"

    def check_choice(self, choice: Any) -> None:
        """Raise one sentence for a split, test output or cell that is not there."""
        from searchlight.experiments import arc_inspection

        arc_inspection.check(self, choice)

    def inspect(
        self, trained: Evaluation, controls: dict[str, Evaluation], choice: Any, model: Any = None
    ) -> Inspection:
        """A task as it is answered, and where its test cells look."""
        from searchlight.experiments import arc_inspection

        return arc_inspection.inspect(self, trained, controls, choice, model)


def padded_cells(episode: Episode) -> int:
    """How many cells an episode has once its grids are as high and as wide as the largest of them."""
    grids = [episode.query, *(grid for pair in episode.support for grid in (pair.input, pair.output))]
    height, width = np.max([grid.shape for grid in grids], axis=0)
    return int(height * width) * len(grids)


def chunked(asked: Sequence[Question]) -> Iterator[list[Question]]:
    """Questions in their order, as many at once as `CHUNK` and `CELLS` allow; a larger one goes by itself."""
    chunk: list[Question] = []
    largest = 0
    for question in asked:
        cells = padded_cells(question.episode)
        if chunk and (len(chunk) == CHUNK or max(largest, cells) * (len(chunk) + 1) > CELLS):
            yield chunk
            chunk, largest = [], 0
        chunk.append(question)
        largest = max(largest, cells)
    if chunk:
        yield chunk


def scored(
    split: str,
    asked: Sequence[Question],
    tried: Sequence[Attempts],
    attention: Mapping[str, np.ndarray] | None = None,
) -> Evaluation:
    """Rows with the first attempt and the answer beside them, in frames of the largest grid there may be."""
    states = {
        "answer/grid": framed([each[0] if each else None for each in tried]),
        "truth/grid": framed([each.pair.output for each in asked]),
    }
    return Evaluation(trials_table(asked, tried, split=split), states, dict(attention or {}))


def framed(grids: Sequence[Grid | None]) -> Int8[np.ndarray, "rows 30 30"]:
    """int8 `[rows, 30, 30]`, 10 beyond a grid and where there is none."""
    frames = np.full((len(grids), LARGEST_SIDE, LARGEST_SIDE), 10, dtype=np.int8)
    for frame, grid in zip(frames, grids, strict=True):
        if grid is not None:
            frame[: grid.shape[0], : grid.shape[1]] = grid
    return frames
