"""What a working-memory model does when something is taken away or changed."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from searchlight.experiments import working_memory_deletion, working_memory_push
from searchlight.experiments.base import Evaluation
from searchlight.experiments.working_memory_looks import evened, with_look
from working_memory import Trials, WorkingMemoryModel, needs_map, task_vector

if TYPE_CHECKING:
    from searchlight.experiments.working_memory import WorkingMemory

CONTROLS = ("uniform", "shuffled_task", "untrained")
"""What a look is held against."""
PROBES = ("deletion", "push")
"""What tells whether a look, or a state, matters."""


def possible(experiment: "WorkingMemory") -> tuple[str, ...]:
    """The interventions that this configuration allows."""
    kind = experiment.config.model.kind
    refused = {
        "uniform": "_" not in kind,
        "shuffled_task": len(experiment.tasks) < 2,
        "deletion": not needs_map(kind),
    }
    return tuple(what for what in (*CONTROLS, *PROBES) if not refused.get(what))


def intervene(experiment: "WorkingMemory", model: WorkingMemoryModel, what: str) -> list[Evaluation]:
    """Evaluations under an intervention, one per split.

    Raises:
        UsageError: this configuration does not allow it.
    """
    experiment.check_offered(what)
    if what in PROBES:
        probe = {"deletion": working_memory_deletion.evaluate, "push": working_memory_push.evaluate}[what]
        return [probe(experiment, model.eval())]
    if what == "untrained":
        model = experiment.model()
    if what == "uniform":
        model = with_look(model, evened(model.look))
    return [
        experiment.evaluate_split(
            model, split, task=other_tasks(experiment.trials[split]) if what == "shuffled_task" else None
        )
        for split in experiment.trials
        if split.startswith("test/")
    ]


def other_tasks(trials: Trials) -> Tensor:
    """For each sequence the vector of another task, drawn at random; there must be at least two."""
    count = len(trials.tasks)
    shift = np.random.default_rng(0).integers(1, count, len(trials))
    return torch.from_numpy(task_vector(trials.tasks)[(trials.task + shift) % count])
