import pytest

from searchlight.comparing import compare_arms
from searchlight.diagnosing import diagnoses_between, diagnoses_of, evidence_of
from searchlight.experiments import experiment_class
from searchlight.jobs import train_all
from searchlight.results import measured


@pytest.fixture
def stuck(line, tmp_path):
    """An arm that does not learn, two seeds."""
    arm = line("line/stuck", training={"learning_rate": 1e-9, "epochs": 5})
    return train_all([(arm, seed) for seed in range(2)], tmp_path, jobs_at_once=1)


def test_an_arm_that_learns_nothing_is_named_with_its_numbers(stuck):
    found = {line.anchor: line.symptom for line in diagnoses_of("line", stuck)}
    assert "the loss is not falling" in found["loss-not-falling"]
    assert found["too-few-trials"].startswith("only 24 trials")
    assert found["too-few-seeds"].startswith("only 2 seeds")


def test_evidence_is_what_the_runs_stored(stuck, monkeypatch):
    evidence = evidence_of("line", "stuck", stuck)
    measure = experiment_class("line").measures[0]
    values = measured("line", stuck, measure)
    there = [row["value"] for row in values.to_dicts() if row["split"] == "validation/plain"]
    assert evidence.validation == pytest.approx(sum(there) / 2)
    assert (evidence.train, evidence.entropy) == (None, None)
    assert len(evidence.losses) == 5
    assert len(evidence.gradient_norms) == 15
    monkeypatch.setattr(experiment_class("line"), "training_split", "validation/plain")
    assert evidence_of("line", "stuck", stuck).train == evidence.validation


def test_a_comparison_adds_what_it_could_not_do(stuck, line, tmp_path):
    train_all([(line("line/longer", training={"epochs": 6}), 0)], tmp_path, jobs_at_once=1)
    found = diagnoses_between(compare_arms([stuck[0].path.parent, tmp_path / "line" / "longer"]))
    assert ("longer", "not-comparable") in {(each.arm, each.anchor) for each in found}
