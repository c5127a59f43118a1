"""A run held against its controls."""

from pathlib import Path

from torch import nn

from analysis.store import Run
from searchlight import console
from searchlight.configuration import to_yaml
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


def stored(run: Run) -> Evaluation:
    """The evaluation that a run holds."""
    return Evaluation(run.trials(), run.states(), run.attention())


def control(run: Run, experiment: Experiment, model: nn.Module, what: str, of: str) -> Evaluation:
    """The evaluation under a control, from `interventions/<what><of>` in the run's folder, made if it is not there."""
    kept = Run(run.path / "interventions" / f"{what}{of}")
    if kept.state != "complete":
        console.remark(f"control: {what}")
        found = experiment.intervene(model, what)
        if kept.state == "absent":
            kept.begin(to_yaml(run.config()), {**run.environment(), "intervention": what})
        kept.write_evaluation(found.trials, found.states, found.attention)
    return stored(kept)
