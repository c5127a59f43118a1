import re

import numpy as np
import polars as pl
import pytest

from analysis.comparison.diagnosis import REMEDIES
from searchlight.comparing import compare_arms
from searchlight.configuration import CONFIGS, leaves, to_plain
from searchlight.controls import control_at
from searchlight.diagnosing import diagnoses_between, diagnoses_of
from searchlight.evidence import OTHER_TASK, evidence_of, moved, task_use
from searchlight.experiments import SYSTEMS, experiment_class
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


def test_a_system_says_what_to_try_besides(stuck, monkeypatch):
    monkeypatch.setattr(experiment_class("line"), "advice", {"too-few-seeds": "Draw more lines."})
    found = {line.anchor: line.try_ for line in diagnoses_of("line", stuck)}
    assert found["too-few-seeds"].endswith(". Draw more lines.")
    assert "lines" not in found["too-few-trials"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_advice_stands_under_headings_that_there_are_and_names_settings_that_there_are(system):
    advice = experiment_class(system).advice
    assert set(advice) <= set(REMEDIES)
    known = dict(leaves(to_plain(CONFIGS[system]())))
    flags = [flag for told in advice.values() for flag in re.findall(r"--([\w.-]*\w)", told)]
    assert [flag for flag in flags if flag.replace("-", "_") not in known] == []


def test_evidence_is_what_the_runs_stored(stuck, monkeypatch):
    evidence = evidence_of("line", "stuck", stuck)
    measure = experiment_class("line").measures[0]
    values = measured("line", stuck, measure)
    there = [row["value"] for row in values.to_dicts() if row["split"] == "validation/plain"]
    assert evidence.validation == pytest.approx(sum(there) / 2)
    assert (evidence.train, evidence.look.entropy, evidence.task) == (None, None, None)
    assert len(evidence.losses) == 5
    assert len(evidence.gradient_norms) == 15
    monkeypatch.setattr(experiment_class("line"), "training_split", "validation/plain")
    familiar = evidence_of("line", "stuck", stuck)
    assert (familiar.train, familiar.validation) == (evidence.validation, None)
    assert familiar.sides[0] == "validation/plain"


def test_each_network_is_told_by_itself_and_task_by_task(stuck):
    found = evidence_of("line", "stuck", stuck).networks
    assert (found.count, found.entropy, set(found.by_task)) == (2, {}, {"sum", "shape"})
    trials = stuck[1].trials().filter(pl.col("split") == "validation/plain", pl.col("feature") == "sum")
    assert found.by_task["sum"][1] == pytest.approx((trials["prediction"] == trials["target"]).mean())
    assert set(found.by_task["shape"]) == {0, 1}


def test_a_comparison_adds_what_it_could_not_do(stuck, line, tmp_path):
    train_all([(line("line/longer", training={"epochs": 6}), 0)], tmp_path, jobs_at_once=1)
    found = diagnoses_between(compare_arms([stuck[0].path.parent, tmp_path / "line" / "longer"]))
    assert ("longer", "not-comparable") in {(each.arm, each.anchor) for each in found}


def test_maps_that_a_kind_should_have_kept_are_missed(stuck, monkeypatch):
    assert "no-attention-maps" not in {line.anchor for line in diagnoses_of("line", stuck)}
    monkeypatch.setattr(experiment_class("line"), "keeps_maps", classmethod(lambda cls, config: True))
    found = {line.anchor: line.symptom for line in diagnoses_of("line", stuck)}
    assert found["no-attention-maps"] == "no attention maps, though its kind attends"


def test_an_arm_that_a_named_assay_finds_nothing_in_is_told_so(stuck, line, tmp_path):
    train_all(
        [(line("line/noisy", dropout=0.5, training={"epochs": 5}), seed) for seed in range(2)],
        tmp_path,
        jobs_at_once=1,
    )
    found = compare_arms(
        [stuck[0].path.parent, tmp_path / "line" / "noisy"], assays=["answers"], jobs_at_once=1
    )
    missing = [line for line in diagnoses_between(found) if line.anchor == "no-attention-maps"]
    assert [(line.arm, line.symptom) for line in missing] == [
        ("noisy", "no attention maps, though it is compared by the assay answers")
    ]


def keep_control(run, trials, weights):
    control = control_at(run, OTHER_TASK)
    control.begin("{}", {"intervention": OTHER_TASK})
    control.write_evaluation(trials, {}, {"look/weights": weights})
    return control


def test_what_another_task_does_is_read_from_the_control_on_the_same_frames(stuck):
    run, measure = stuck[0], experiment_class("line").measures[0]
    trials = run.trials().with_columns(prediction=pl.col("target"))
    other = trials.filter(pl.col("split") == "test/plain").sort("item", descending=True)
    maps = np.zeros((trials.height, 1, 2, 2))
    maps[:, 0, 0, 0] = 1.0
    others = np.zeros((other.height, 1, 2, 2))
    others[:, 0, 0, :] = 0.5
    control = keep_control(run, other, others)
    assert moved(run, {"look/weights": maps}, control) == pytest.approx(0.5)
    assert moved(run, {"look/entropy": maps[..., 0, 0]}, control) is None
    use = task_use("line", measure, {run: {"look/weights": maps}, stuck[1]: {}})
    right = run.trials().filter(pl.col("split") == "test/plain")
    assert use.own == pytest.approx((right["prediction"] == right["target"]).mean())
    assert (use.other, use.moved) == (1.0, pytest.approx(0.5))
