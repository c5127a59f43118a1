"""Who answers a task: rules, a run's model, or both; described by plain values, so that any process can make it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from arc_context.baselines.registry import BASELINES, make_baseline
from arc_context.solving.baseline import solved_by
from arc_context.solving.solved import Solve, Solved, joined
from arc_context.tasks.task import Task
from searchlight import default_models
from searchlight.arc_leaks import refuse_shown
from searchlight.arc_solving import TaskTraining, solver_of, task_cnn_solver
from searchlight.arc_solving_options import VIEWS
from searchlight.errors import UsageError, nearest
from searchlight.runs import open_run, trained_model

PRESET = "arc/demo"
"""What is trained where no run is named."""
SOLVERS = ("model", "union", "task_cnn", *BASELINES)
"""A run's model; one attempt of rules and one of it; a network that is trained on each task from nothing; baselines."""
STEPS_OF_CNN = 230


@dataclass(frozen=True)
class Plan:
    """How tasks are to be solved."""

    solver: str = "model"
    run: Path | None = None
    """A run of arc, or one of its checkpoints; the demo's, trained once, when not given."""
    training: TaskTraining = field(default_factory=TaskTraining)
    views: int = VIEWS

    def ready(self) -> "Plan":
        """The same with a run, trained now if it has to be.

        Raises:
            UsageError: there is no such solver or run, it is of another system or not trained, or a flag has no effect.
        """
        self.check()
        if not self.needs_run:
            return self
        run = self.run or default_models.default_run(PRESET, "arc_context", "about a minute on two cores")
        plan = Plan(self.solver, run.resolve(), self.training, self.views)
        solver(plan)  # a checkpoint that does not fit is refused before any task is begun
        return plan

    @property
    def needs_run(self) -> bool:
        """Whether a model answers, alone or beside rules."""
        return self.solver in ("model", "union")

    def check(self) -> None:
        """Raise UsageError for what cannot be meant."""
        if self.solver not in SOLVERS:
            raise UsageError(f"--solver {self.solver} is no solver.{nearest(self.solver, SOLVERS)}")
        if self.views < 1:
            raise UsageError(f"--views {self.views}: expected at least 1.")
        if self.training.steps < 0:
            raise UsageError(f"--test-time-steps {self.training.steps}: expected 0 or more.")
        if self.training.seconds is not None and self.training.seconds <= 0:
            raise UsageError(f"--test-time-seconds {self.training.seconds:g}: expected a positive time.")
        if not self.needs_run and self.run is not None:
            raise UsageError(f"--run {self.run} has no effect with --solver {self.solver}.")
        if not self.needs_run and self.views != VIEWS:
            raise UsageError(f"--views has no effect with --solver {self.solver}, which answers once.")
        if self.training.seconds is not None and not self.training.steps and self.solver != "task_cnn":
            raise UsageError("--test-time-seconds has no effect without --test-time-steps.")
        if self.solver in BASELINES and self.training.steps:
            raise UsageError(
                f"--test-time-steps has no effect with --solver {self.solver}, which has no weights."
            )

    @property
    def document(self) -> dict[str, Any]:
        """Plain values that tell two plans apart, the weights of a run's checkpoint among them."""
        if self.solver in BASELINES:
            return {"solver": self.solver}
        told = {"solver": self.solver, "views": self.views, **asdict(self.training)}
        return {**told, "weights": weights_of(self.run)} if self.run else told


def weights_of(run: Path) -> str:
    """A digest of the checkpoint that answers."""
    best = run if run.suffix == ".safetensors" else run / "checkpoints" / "best.safetensors"
    return hashlib.sha256(best.read_bytes()).hexdigest()[:16] if best.is_file() else str(run)


def solve_task(plan: Plan, task: Task) -> Solved:
    """Solve one task, in whatever process."""
    torch.set_num_threads(1)
    return solver(plan)(task)


@lru_cache(maxsize=2)
def solver(plan: Plan) -> Solve:
    """What a plan describes, made once in a process.

    Raises:
        UsageError: the run is of another system, or was not trained. CheckpointError: the weights do not fit.
    """
    if plan.solver == "task_cnn":
        training = plan.training
        steps = training.steps or STEPS_OF_CNN
        return task_cnn_solver(TaskTraining(steps, training.batch_size, 3e-3, training.seconds))
    if plan.solver in BASELINES:
        return partial(solved_by, make_baseline(plan.solver))
    model, rules = solver_of_run(plan), make_baseline("symbolic")
    return model if plan.solver == "model" else lambda task: joined(solved_by(rules, task), model(task))


def solver_of_run(plan: Plan) -> Solve:
    """The model of a run, or its baseline."""
    if plan.run is None:
        raise UsageError("a model answers, and no run is named.")
    run, resolved = open_run(plan.run)
    if resolved.system != "arc":
        raise UsageError(f"{run.path} is a run of {resolved.system}; expected one of arc.")
    _, model = trained_model(run, resolved, plan.run if plan.run.suffix == ".safetensors" else None)
    if not isinstance(model, nn.Module):
        if plan.training.steps:
            raise UsageError(f"--test-time-steps has no effect with {run.path}, which has no weights.")
        return partial(solved_by, model)
    settings = {"training": plan.training, "views": plan.views, "loss": resolved.config.loss}
    return solver_of(model, name=f"{resolved.name} seed {run.seed}", **settings)


def refuse_leaks(plan: Plan, tasks: Sequence[Task]) -> None:
    """Raise UsageError where the run of a plan was trained on tasks that are asked."""
    if plan.needs_run and plan.run is not None:
        refuse_shown(plan.run, tasks)


def identity(document: Mapping[str, Any], tasks: list[Task]) -> str:
    """A digest of a plan's document and of what the tasks show and ask."""
    told = [document, [[task.name, task.fingerprint] for task in tasks]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
