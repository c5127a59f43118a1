"""What is looked at of a run, and what is refused before anything is computed."""

import pytest

from searchlight.choices import ClipChoice, GridChoice, TaskChoice
from searchlight.configuration import load_config
from searchlight.errors import UsageError
from searchlight.experiments import experiment_class
from searchlight.inspecting import inspect_run
from searchlight.runs import train_run


def test_a_choice_is_refused_before_anything_is_evaluated_or_made(line, tmp_path, monkeypatch):
    resolved = line()
    run = train_run(resolved, 0, tmp_path)
    (run.path / "trials.parquet").unlink()

    def refused(experiment, choice):
        raise UsageError(f"{choice.condition} is not a condition")

    monkeypatch.setattr(experiment_class("line"), "check_choice", refused)
    with pytest.raises(UsageError, match="gap5 is not a condition"):
        inspect_run(run.path, ClipChoice(condition="gap5"))
    assert not (run.path / "interventions").exists()
    assert not run.is_complete


@pytest.mark.parametrize(
    ("preset", "wrong", "right", "words"),
    [
        (
            "working_memory/attention_mtmf",
            TaskChoice(task="identitty"),
            TaskChoice(task="identity"),
            "did you mean identity",
        ),
        (
            "arc/lookup_cross_attention",
            GridChoice(split="test/swop"),
            GridChoice(split="test/swap"),
            "did you mean test/swap",
        ),
        (
            "arc/lookup_cross_attention",
            GridChoice(item="99999"),
            GridChoice(item="0"),
            "is no test output of test/seen; expected 0 to",
        ),
        (
            "arc/lookup_cross_attention",
            GridChoice(cell="0,30"),
            GridChoice(cell="0,0"),
            "there is no cell 0,30; expected row 0 to",
        ),
    ],
)
def test_what_a_configuration_has_not_is_refused_with_what_it_has(preset, wrong, right, words):
    resolved = load_config(preset)
    experiment = experiment_class(resolved.system)(resolved.config)
    experiment.check_choice(right)
    with pytest.raises(UsageError, match=words):
        experiment.check_choice(wrong)
