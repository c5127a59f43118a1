"""What can be trained and compared: a torch model with its loss, or a baseline that fits itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import nn

from searchlight.checkpoint import Checkpoint
from searchlight.configuration import TrainingConfig
from searchlight.memory import Peak
from searchlight.training import Batches, Loss, Recorder, fit, seconds_per_step

Load = Callable[[nn.Module], object]
"""Gives a torch model the weights of a run."""


@dataclass(frozen=True)
class Duration:
    """How long one training takes, and how that is known."""

    seconds: float
    how: str


@dataclass(frozen=True)
class Arm:
    """A torch model, its loss, its data, and how it is validated."""

    model: nn.Module
    loss: Loss
    batches: Batches
    validate: Callable[[nn.Module], dict[str, float]]

    @property
    def parameters(self) -> int:
        """Numbers that training may change, and those that it may not."""
        return sum(each.numel() for each in self.model.parameters())

    def steps(self, settings: TrainingConfig) -> int:
        """Optimiser steps of a training."""
        return settings.epochs * self.batches.per_epoch

    def budget(self, settings: TrainingConfig) -> int:
        """Items shown in a training, each as often as it is shown."""
        return self.steps(settings) * settings.batch_size

    def train(self, settings: TrainingConfig, recorder: Recorder, resume: Checkpoint | None = None) -> None:
        """Take every gradient step that is left."""
        fit(
            self.model,
            self.loss,
            self.batches,
            settings,
            validate=self.validate,
            recorder=recorder,
            resume=resume,
        )

    def restored(self, load: Load) -> nn.Module:
        """The model with the weights that `load` gives it, ready to be evaluated."""
        load(self.model)
        return self.model.cpu().eval()

    def duration(self, settings: TrainingConfig) -> Duration:
        """Seconds per optimiser step times steps."""
        steps = self.steps(settings)
        seconds = steps * seconds_per_step(self.model, self.loss, self.batches, settings)
        return Duration(seconds, f"{steps:,} steps as fast as five that were timed")


@dataclass(frozen=True)
class Fitted:
    """A baseline that fits itself at once, the same whenever it is asked, so that no weights of it are kept."""

    model: Any
    fit: Callable[[], object]
    validate: Callable[[Any], dict[str, float]]
    parameters: None = None
    """What counts as one differs from baseline to baseline."""

    @cached_property
    def _fitted(self) -> bool:
        self.fit()
        return True

    def budget(self, settings: TrainingConfig) -> None:
        """It takes no gradient steps of ours."""

    def train(self, settings: TrainingConfig, recorder: Recorder, resume: Checkpoint | None = None) -> None:
        """Fit once; what it took and what it validates at is recorded as one epoch."""
        peak = Peak(torch.device("cpu"))
        began, began_cpu = time.perf_counter(), time.process_time()
        _ = self._fitted
        took = {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - began_cpu,
            "peak_bytes": peak.bytes(),
        }
        recorder.fitted({"epoch": 1, "step": 0, **took, **self.validate(self.model)})

    def restored(self, load: Load) -> Any:
        """The fitted baseline; there is nothing to load."""
        _ = self._fitted
        return self.model

    def duration(self, settings: TrainingConfig) -> Duration:
        """That of one fit, made now."""
        began = time.perf_counter()
        _ = self._fitted
        return Duration(time.perf_counter() - began, "as long as one fit took now")


def size_in_words(parameters: int | None) -> str:
    """How many parameters an arm has, as its run keeps it, or that it fits itself."""
    return "fits itself, without gradient steps" if parameters is None else f"{parameters:,} parameters"
