import json
import os
import signal
import time

import psutil
import pytest

import searchlight.runs
from analysis.store import Run
from searchlight.checkpoint import load_checkpoint
from searchlight.cli import main
from searchlight.configuration import of_run, with_settings
from searchlight.errors import CheckpointError, Interrupted, TrainingError, UsageError
from searchlight.experiments import experiment_class
from searchlight.jobs import epochs_done, train_all
from searchlight.runs import (
    RunRecorder,
    evaluate_run,
    load_weights,
    open_run,
    reusable,
    run_of,
    runs_at,
    train_run,
)

COSTS = ("seconds", "cpu_seconds", "peak_bytes")


def test_a_run_holds_everything_that_was_promised(line, tmp_path):
    run = train_run(line(), 0, tmp_path)
    names = {str(file.relative_to(run.path)) for file in run.path.rglob("*") if file.is_file()}
    assert names == {
        "config.yaml",
        "environment.json",
        "metrics.jsonl",
        "train.log",
        "trials.parquet",
        "states.safetensors",
        "attention.npz",
        "checkpoints/best.safetensors",
        "checkpoints/last.safetensors",
    }
    assert run.state == "complete"
    facts = run.environment()
    assert (facts["data_hash"], facts["budget"], facts["parameters"], facts["world_size"]) == (
        "line 0.0",
        72,
        10,
        1,
    )


def test_the_log_has_one_train_and_one_val_line_per_epoch(line, tmp_path):
    summary, _, epochs = train_run(line(), 0, tmp_path).log.read_text().partition("\n\n")
    assert "10 parameters" in summary
    assert [text.split()[0] for text in epochs.splitlines()] == ["TRAIN", "VAL"] * 3


def test_the_metrics_have_the_gradient_norm_of_every_step(line, tmp_path):
    metrics = train_run(line(), 0, tmp_path).metrics()
    steps = metrics.filter(metrics["kind"] == "step")
    assert steps["step"].to_list() == list(range(1, 10))
    assert (steps["gradient_norm"] > 0).all()


def test_a_complete_run_is_reused(line, tmp_path):
    run = train_run(line(), 0, tmp_path)
    before = {file: file.stat().st_mtime_ns for file in run.path.rglob("*")}
    train_run(line(), 0, tmp_path)
    assert before == {file: file.stat().st_mtime_ns for file in run.path.rglob("*")}


def test_a_run_from_before_a_setting_existed_is_reused_where_the_default_is_asked_for(line, tmp_path):
    run = train_run(line(), 0, tmp_path)
    file = run.path / "config.yaml"
    file.write_text(file.read_text().replace("noise: 0.0\n", ""))
    assert "noise" not in run.config()
    assert reusable(run, line(), resume=False)
    with pytest.raises(UsageError, match="other settings: noise differ"):
        reusable(run, line().with_config(with_settings(line().config, {"noise": 1.0}, "test")), resume=False)


def test_a_run_of_other_settings_is_never_overwritten(line, tmp_path):
    run = train_run(line(), 0, tmp_path)
    before = (run.path / "config.yaml").read_text()
    with pytest.raises(UsageError, match="other settings: noise differ"):
        train_run(line(noise=1.0), 0, tmp_path)
    assert (run.path / "config.yaml").read_text() == before


def test_a_folder_that_holds_something_else_is_left_alone(line, tmp_path):
    folder = run_of(line(), 0, tmp_path).path
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="holds something else"):
        train_run(line(), 0, tmp_path)
    assert [file.name for file in folder.iterdir()] == ["thesis.txt"]


def interrupt(monkeypatch, at):
    """Send SIGTERM to this process at a step of training."""
    step = RunRecorder.step

    def record(self, entry):
        step(self, entry)
        if entry["step"] == at:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(RunRecorder, "step", record)


def test_an_interrupted_run_says_how_to_go_on_and_ends_bit_for_bit_as_an_uninterrupted_one(
    line, tmp_path, monkeypatch
):
    config = line(dropout=0.3)
    whole = train_run(config, 0, tmp_path / "whole")
    with monkeypatch.context() as patch:
        interrupt(patch, at=5)
        with pytest.raises(
            Interrupted, match=r"after step 5 of 9, saved. Go on with: searchlight train .*--resume"
        ):
            train_run(config, 0, tmp_path / "parted")
    with pytest.raises(UsageError, match=r"incomplete.*--resume"):
        train_run(config, 0, tmp_path / "parted")
    parted = train_run(config, 0, tmp_path / "parted", resume=True)
    for name in ("best.safetensors", "last.safetensors"):
        left, right = load_checkpoint(whole.checkpoint(name)), load_checkpoint(parted.checkpoint(name))
        assert all((left.tensors[key] == right.tensors[key]).all() for key in left.tensors)
    assert (
        whole.metrics()
        .drop("seconds", "cpu_seconds", "peak_bytes")
        .equals(parted.metrics().drop("seconds", "cpu_seconds", "peak_bytes"))
    )
    assert whole.trials().equals(parted.trials())


def test_a_run_killed_between_checkpoints_goes_on_from_the_last(line, tmp_path, monkeypatch):
    config = line(dropout=0.3)
    whole = train_run(config, 0, tmp_path / "whole")
    step = RunRecorder.step

    def die(self, entry):
        step(self, entry)
        if entry["step"] == 8:
            raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(RunRecorder, "step", die)
        with pytest.raises(MemoryError):
            train_run(config, 0, tmp_path / "parted")
    parted = train_run(config, 0, tmp_path / "parted", resume=True)
    assert (
        whole.metrics()
        .drop("seconds", "cpu_seconds", "peak_bytes")
        .equals(parted.metrics().drop("seconds", "cpu_seconds", "peak_bytes"))
    )
    assert parted.log.read_text().count("TRAIN epoch") == 3


def test_a_truncated_checkpoint_stops_a_resume_and_changes_nothing(line, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt(patch, at=5)
        with pytest.raises(Interrupted):
            train_run(line(), 0, tmp_path)
    run = run_of(line(), 0, tmp_path)
    path = run.checkpoint("last.safetensors")
    path.write_bytes(path.read_bytes()[:100])
    before = (run.path / "metrics.jsonl").read_bytes()
    with pytest.raises(CheckpointError, match="cut short"):
        train_run(line(), 0, tmp_path, resume=True)
    assert (run.path / "metrics.jsonl").read_bytes() == before


def test_a_run_that_was_trained_but_not_evaluated_is_evaluated(line, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(searchlight.runs, "write_evaluation", lambda *_: None)
        run = train_run(line(), 0, tmp_path)
    assert run.state == "incomplete"
    evaluate_run(run)
    assert run.state == "complete"


def test_a_run_that_was_not_trained_to_its_end_is_not_evaluated(line, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt(patch, at=5)
        with pytest.raises(Interrupted):
            train_run(line(), 0, tmp_path)
    with pytest.raises(UsageError, match="not trained to its end"):
        evaluate_run(run_of(line(), 0, tmp_path))


def test_a_loss_that_is_not_finite_leaves_a_run_that_can_be_resumed(line, tmp_path):
    with pytest.raises(TrainingError, match="loss is nan"):
        train_run(
            line(noise=float("nan"), training={"learning_rate": 1e38, "schedule": "constant"}), 0, tmp_path
        )


def test_what_jobs_share_is_prepared_once(line, tmp_path):
    config = line()
    runs = train_all([(config, seed) for seed in (0, 1, 2)], tmp_path, jobs_at_once=1)
    assert [run.seed for run in runs] == [0, 1, 2]
    assert type(experiment(config)).prepared == [0]


def experiment(resolved):
    from searchlight.experiments import experiment_class

    return experiment_class(resolved.system)(resolved.config)


def test_complete_jobs_are_reused_and_said(line, tmp_path, capsys):
    train_all([(line(), 0)], tmp_path, jobs_at_once=1)
    capsys.readouterr()
    train_all([(line(), 0), (line(), 1)], tmp_path, jobs_at_once=1)
    assert "seed-0 is complete and has these settings; reused" in capsys.readouterr().err


def test_a_folder_that_cannot_be_used_stops_before_anything_is_trained(line, tmp_path):
    train_all([(line(), 1)], tmp_path, jobs_at_once=1)
    with pytest.raises(UsageError, match="other settings"):
        train_all([(line(noise=1.0), 0), (line(noise=1.0), 1)], tmp_path, jobs_at_once=1)
    assert run_of(line(), 0, tmp_path).state == "absent"


def test_progress_is_read_from_what_a_run_has_written(line, tmp_path):
    run = train_run(line(), 0, tmp_path)
    assert epochs_done(run) == 3
    with (run.path / "metrics.jsonl").open("a") as file:
        file.write('{"kind": "step", "epo')
    assert epochs_done(run) == 3
    assert epochs_done(run_of(line(), 9, tmp_path)) == 0


def test_runs_at_a_place_are_the_seeds_of_one_arm(line, tmp_path):
    train_all([(line(), 0), (line(), 1), (line("line/other"), 0)], tmp_path, jobs_at_once=1)
    assert [run.seed for run in runs_at(tmp_path / "line" / "plain")] == [0, 1]
    with pytest.raises(UsageError, match="several arms"):
        runs_at(tmp_path)
    with pytest.raises(UsageError, match="holds no runs"):
        runs_at(tmp_path / "nowhere")


def test_the_environment_is_plain_json(line, tmp_path):
    run = train_run(line(), 0, tmp_path)
    facts = json.loads((run.path / "environment.json").read_text())
    assert {"commit", "dirty", "packages", "python", "platform", "threads", "command", "schema"} <= set(facts)


def test_a_checkpoint_of_another_run_is_refused(line, tmp_path):
    first, second = (train_run(line(), seed, tmp_path) for seed in (0, 1))
    best = second.checkpoint("best.safetensors")
    best.write_bytes(first.checkpoint("best.safetensors").read_bytes())
    experiment = experiment_class("line")(line().config, 1)
    with pytest.raises(CheckpointError, match="written by another run"):
        load_weights(second, experiment.arm().model)


def test_what_a_hash_stands_for_is_kept_with_the_run_and_counts_from_the_base(line, tmp_path):
    base = line()
    longer = base.with_config(with_settings(base.config, {"training.epochs": 4}, "flags"))
    run = train_run(longer, 0, tmp_path)
    again = of_run(run.path)
    assert (again.name, again.changed) == (longer.name, {"training.epochs": 4})
    both = with_settings(base.config, {"training.epochs": 4, "dropout": 0.1}, "flags")
    assert again.with_config(both).name == base.with_config(both).name


def test_a_damaged_run_is_listed_with_what_is_wrong(line, tmp_path, capsys):
    runs = [train_run(line(), seed, tmp_path) for seed in (0, 1)]
    whole = (runs[0].path / "trials.parquet").read_bytes()
    (runs[0].path / "trials.parquet").write_bytes(whole[:-20])
    main(["runs", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert any("seed-0" in row and "damaged" in row for row in lines)
    assert any("seed-1" in row and "complete" in row for row in lines)


def test_no_jobs_at_once_and_a_place_that_cannot_be_written_are_refused_before_any_work(line, tmp_path):
    with pytest.raises(UsageError, match="--jobs 0"):
        train_all([(line(), 0)], tmp_path, jobs_at_once=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="no folder that can be written to"):
        train_all([(line(), 0)], tmp_path / "file" / "runs")
    assert experiment_class("line").prepared == []


def test_snapshots_of_the_weights_are_kept_every_few_epochs(line, tmp_path):
    resolved = line()
    config = with_settings(resolved.config, {"training.epochs": 4, "training.snapshots": 2}, "test")
    run = train_run(resolved.with_config(config), 0, tmp_path)
    kept = sorted(path.name for path in (run.path / "checkpoints").iterdir())
    assert kept == ["best.safetensors", "epoch-002.safetensors", "epoch-004.safetensors", "last.safetensors"]


def test_what_training_cost_is_told_by_its_process_alone(line, tmp_path):
    metrics = train_run(line(), 0, tmp_path).metrics()
    last = metrics.filter(metrics["kind"] == "epoch").row(-1, named=True)
    assert 0 < last["cpu_seconds"] <= time.process_time()
    assert last["peak_bytes"] > psutil.Process().memory_info().rss / 2


def test_a_folder_of_arms_is_no_run_and_its_runs_are_named_by_arm(tmp_path):
    for arm, seed in (("plain", 0), ("wide", 0)):
        Run(tmp_path / arm / f"seed-{seed}").begin("system: line\n", {})
    with pytest.raises(UsageError, match="It holds plain/seed-0, wide/seed-0: name one of them"):
        open_run(tmp_path)
    for seed in range(1, 7):
        Run(tmp_path / "wide" / f"seed-{seed}").begin("system: line\n", {})
    with pytest.raises(UsageError, match="wide/seed-4 and 2 more: name one of them"):
        open_run(tmp_path)
