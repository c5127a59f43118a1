"""What a run does when something is taken away or changed, kept in the run's folder."""

from torch import nn

from analysis.assays.interventions import Intervened
from analysis.store import Run
from searchlight import console
from searchlight.configuration import to_yaml
from searchlight.experiments.base import Evaluation, Experiment
from searchlight.runs import open_run, trained_model


def control_of(run: Run, what: str) -> Intervened:
    """The evaluation of a run under an intervention, made with the trained model if it is not there."""
    kept = control_at(run, what)
    if kept.state != "complete":
        _, resolved = open_run(run.path)
        make_control(run, *trained_model(run, resolved), what)
    return kept


def control_at(run: Run, what: str, of: str = "") -> Intervened:
    """Where it is kept; `of` names a checkpoint other than the best."""
    return Intervened.of(run, f"{what}{of}")


def make_control(run: Run, experiment: Experiment, model: nn.Module, what: str, of: str = "") -> None:
    """Intervene and keep what came of it."""
    kept = control_at(run, what, of)
    console.remark(f"control: {what}")
    found = experiment.intervene(model, what)
    if kept.state == "absent":
        kept.begin(to_yaml(run.config()), {**run.environment(), "intervention": what})
    kept.write_evaluation(found.trials, found.states, found.attention)


def stored(run: Run) -> Evaluation:
    """The evaluation that a run holds."""
    return Evaluation(run.trials(), run.states(), run.attention())
