"""A model is taught generated families before it is shown tasks that were read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from searchlight.caching import remembered
from searchlight.checkpoint import Checkpoint
from searchlight.code_digest import code_digest
from searchlight.configuration import TrainingConfig
from searchlight.experiments.arms import Arm
from searchlight.training import Recorder, fit

if TYPE_CHECKING:
    from searchlight.configuration import ArcExperimentConfig

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Continued(Arm):
    """An arm that begins from weights that were taught before."""

    start: Callable[[], Weights]

    def train(self, settings: TrainingConfig, recorder: Recorder, resume: Checkpoint | None = None) -> None:
        """Take the weights over, unless training goes on from its own, and take every step that is left."""
        if resume is None:
            self.model.load_state_dict({name: torch.tensor(each) for name, each in self.start().items()})
        super().train(settings, recorder, resume)


def pretrained_weights(config: "ArcExperimentConfig", seed: int, cache: Path | None) -> Weights:
    """The weights that a model of this seed has after generated families, the same for the same settings and code.

    They depend on nothing of the tasks that are read: neither on their source nor on the fold.
    """
    return remembered(_taught, cache)(lessons(config), seed, code_digest("arc_context", "arc"))


def lessons(config: "ArcExperimentConfig") -> "ArcExperimentConfig":
    """The same model and loss on generated families alone, as plainly as they are drawn."""
    taught = config.pretraining
    plain = type(config)()
    steps = {"epochs": taught.epochs, "batch_size": taught.batch_size, "learning_rate": taught.learning_rate}
    return replace(
        plain,
        families=config.families,
        tasks=replace(plain.tasks, train=taught.tasks),
        model=config.model,
        loss=config.loss,
        training=replace(config.training, **steps),
    )


def _taught(config: "ArcExperimentConfig", seed: int, code: str) -> Weights:
    from searchlight.experiments.arc import Arc  # which asks for this

    lesson = Arc(config, seed)
    model = lesson.model()
    fit(model, lesson.loss, lesson.batches, config.training)
    return {name: each.cpu().numpy() for name, each in model.state_dict().items()}
