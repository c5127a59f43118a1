import dataclasses

import pytest

from analysis import Assay, Estimate, Finding, Findings, Measure
from searchlight.assaying import findings_of, kept, measure_all
from searchlight.controls import control_of
from searchlight.jobs import train_all


@dataclasses.dataclass(frozen=True)
class Score(Assay):
    """The mean score, times something."""

    times: float = 1.0
    name = "score"
    question = "How often is the answer the second?"
    measures = (Measure("mean_score"),)

    def measure(self, run, controls):
        value = self.times * float(run.trials()["score"].mean())
        return Findings((Finding("mean_score", Estimate(value, value, value, 24)),))


class BesideUntrained(Score):
    name = "beside"
    controls = ("untrained",)


@pytest.fixture
def run(line, tmp_path):
    """A run of one seed."""
    return train_all([(line("line/plain", training={"learning_rate": 0.3}), 2)], tmp_path, jobs_at_once=1)[0]


def test_a_control_is_asked_as_its_run_is_and_keeps_what_was_found(run):
    control = control_of(run, "untrained")
    assert (control.arm, control.seed, control.path.parent.parent) == (run.arm, 2, run.path)
    (of_run,), (of_control,) = (findings_of(each, Score()).figures for each in (run, control))
    assert of_run.estimate.value == run.trials()["score"].mean()
    assert of_control.estimate.value == control.trials()["score"].mean() != of_run.estimate.value
    assert kept(control, Score()).figures == (of_control,)


def test_what_was_found_with_other_settings_is_not_taken_for_it(run):
    control = control_of(run, "untrained")
    findings_of(control, Score())
    assert kept(control, Score(times=2.0)) is None


def test_the_networks_identity_is_in_that_of_its_controls(run, line, tmp_path):
    other = train_all([(line("line/plain"), 1)], tmp_path, jobs_at_once=1)[0]
    identities = {Score().identity(control_of(each, "untrained")) for each in (run, other)}
    assert len(identities) == 2


def test_a_control_has_no_controls_and_says_so(run):
    control = control_of(run, "untrained")
    assert findings_of(run, BesideUntrained()).figures
    found = findings_of(control, BesideUntrained())
    assert found.figures == ()
    assert found.notes[0].endswith(
        "no beside, for it is asked of a network beside its controls, and an intervention has none"
    )


def test_controls_are_asked_with_their_runs(run):
    control = control_of(run, "untrained")
    measure_all([run, control], [Score(), BesideUntrained()], jobs_at_once=1)
    assert [kept(each, Score()) is not None for each in (run, control)] == [True, True]
    assert not (control.path / "interventions").exists()
