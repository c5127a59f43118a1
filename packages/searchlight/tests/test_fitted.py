"""Baselines that fit themselves leave the run folder that a trained model leaves."""

import json

import pytest

from searchlight.comparing import compare_arms
from searchlight.errors import UsageError
from searchlight.jobs import train_all
from searchlight.matching import matched_arms
from searchlight.results import measure_named
from searchlight.runs import evaluate_run, of_run, train_run, trained_model
from searchlight.stock import Stock, duration_of


@pytest.fixture
def baseline(line):
    return line("line/baseline", kind="least_squares")


def test_a_baseline_leaves_a_complete_run_without_weights(baseline, tmp_path):
    run = train_run(baseline, 0, tmp_path)
    names = {str(file.relative_to(run.path)) for file in run.path.rglob("*") if file.is_file()}
    assert names == {
        *("config.yaml", "environment.json", "metrics.jsonl", "train.log"),
        *("trials.parquet", "states.safetensors", "attention.npz"),
    }
    facts = run.environment()
    assert (facts["budget"], facts["parameters"]) == (None, None)
    assert [text.split()[0] for text in run.log.read_text().splitlines()[2:]] == ["FIT", "VAL"]
    (record,) = run.metrics().rows(named=True)
    assert (record["kind"], record["epoch"], record["step"]) == ("epoch", 1, 0)
    assert record["seconds"] > 0
    assert record["accuracy"] > 0.8


def test_a_baseline_fitted_again_answers_as_its_run_does(baseline, tmp_path):
    run = train_run(baseline, 0, tmp_path)
    experiment, model = trained_model(run, of_run(run.path))
    assert experiment.evaluate(model).trials.equals(run.trials())


def test_a_baseline_is_fitted_once_for_training_and_evaluation(baseline, tmp_path, monkeypatch):
    from searchlight.experiments import experiment_class

    fits, arm = [], experiment_class("line")(baseline.config).arm()
    monkeypatch.setattr(type(arm.model), "fit", lambda self, items: fits.append(items))
    arm.restored(lambda model: fits.append("loaded"))
    arm.duration(baseline.config.training)
    assert len(fits) == 1


def test_a_baseline_that_was_cut_off_begins_again(baseline, tmp_path):
    run = train_run(baseline, 0, tmp_path)
    (run.path / "trials.parquet").unlink()
    with pytest.raises(UsageError, match="not trained to its end"):
        evaluate_run(run)
    train_run(baseline, 0, tmp_path, resume=True)
    assert run.is_complete
    assert run.metrics().height == 1


def test_baselines_train_beside_models(baseline, line, tmp_path):
    runs = train_all([(baseline, 0), (line(), 0), (baseline, 1)], tmp_path, jobs_at_once=1)
    assert [run.state for run in runs] == ["complete"] * 3


def test_a_baseline_and_a_trained_arm_are_compared_without_a_common_budget(baseline, line, tmp_path):
    runs = train_all(
        [(each, seed) for each in (baseline, line()) for seed in (0, 1, 2)], tmp_path, jobs_at_once=1
    )
    for first, second in ((0, 3), (3, 0)):
        found = compare_arms([runs[first].path.parent, runs[second].path.parent])
        assert all(
            result.verdict != "not comparable" for each in found.splits.values() for result in each.results
        )
        json.dumps(found.document())
    assert any("baseline fits itself" in note for note in found.notes)


def test_a_baseline_has_no_checkpoints_to_match(baseline, tmp_path):
    runs = train_all([(baseline, seed) for seed in (0, 1)], tmp_path, jobs_at_once=1)
    with pytest.raises(UsageError, match="fits itself"):
        matched_arms({"one": runs, "other": runs}, measure_named("line", None))


def test_the_time_of_a_baseline_is_that_of_a_fit(baseline, tmp_path):
    found = duration_of(Stock.of(baseline, (0,), tmp_path))
    assert found.how == "as long as one fit took now"
    assert found.seconds > 0
