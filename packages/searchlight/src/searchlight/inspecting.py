"""A run held against its controls."""

from pathlib import Path

from torch import nn

from analysis.store import Run
from searchlight.controls import control_at, make_control, stored
from searchlight.errors import UsageError
from searchlight.experiments.base import Evaluation, Experiment, Inspection
from searchlight.runs import evaluate_run, open_run, trained_model


def inspect_run(path: Path, *, task: str | None, samples: int) -> tuple[Run, Inspection]:
    """Pictures and figures of a run, or of one of its checkpoints, with the controls made where they are missing.

    Raises:
        UsageError: there is no run, it was not trained to its end, or it has no such task.
    """
    if samples < 1:
        raise UsageError(f"--samples {samples}: expected at least 1.")
    run, resolved = open_run(path)
    checkpoint = path if path.suffix == ".safetensors" else None
    if checkpoint is None:
        evaluate_run(run)
    experiment, model = trained_model(run, resolved, checkpoint)
    trained = experiment.evaluate(model) if checkpoint else stored(run)
    of = "" if checkpoint is None or checkpoint.stem == "best" else f"-{checkpoint.stem}"
    controls = {what: control(run, experiment, model, what, of) for what in experiment.controls}
    return run, experiment.inspect(trained, controls, task=task, samples=samples)


def control(run: Run, experiment: Experiment, model: nn.Module, what: str, of: str) -> Evaluation:
    """The evaluation under a control, of the best weights or of the checkpoint `of`, made if it is not there."""
    kept = control_at(run, what, of)
    if kept.state != "complete":
        make_control(run, experiment, model, what, of)
    return stored(kept)
