"""A run held against its controls."""

from pathlib import Path

from torch import nn

from analysis.store import Run
from searchlight.choices import Choice, choice_of
from searchlight.controls import control_at, make_control, stored
from searchlight.experiments.base import Evaluation, Experiment, Inspection
from searchlight.runs import evaluate_run, experiment_of, open_run, restored


def inspect_run(path: Path, choice: Choice | None = None) -> tuple[Run, Inspection]:
    """Pictures and figures of a run, or of one of its checkpoints, with the controls made where they are missing.

    Raises:
        UsageError: there is no run, it was not trained to its end, or it has not what was chosen.
    """
    run, resolved = open_run(path)
    experiment, choice = experiment_of(run, resolved), choice or choice_of(resolved.system, {})
    experiment.check_choice(choice)
    checkpoint = path if path.suffix == ".safetensors" else None
    if checkpoint is None:
        evaluate_run(run)
    model = restored(run, experiment, checkpoint)
    trained = experiment.evaluate(model) if checkpoint else stored(run)
    of = "" if checkpoint is None or checkpoint.stem == "best" else f"-{checkpoint.stem}"
    beside = {what: control(run, experiment, model, what, of) for what in experiment.inspected}
    made = {what: control_at(run, what, of) for what in experiment.also_inspected}
    beside |= {what: stored(kept) for what, kept in made.items() if kept.state == "complete"}
    return run, experiment.inspect(trained, beside, choice, model)


def control(run: Run, experiment: Experiment, model: nn.Module, what: str, of: str) -> Evaluation:
    """The evaluation under a control, of the best weights or of the checkpoint `of`, made if it is not there."""
    kept = control_at(run, what, of)
    if kept.state != "complete":
        make_control(run, experiment, model, what, of)
    return stored(kept)
