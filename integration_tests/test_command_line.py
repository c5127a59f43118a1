"""The command line as a user starts it: processes of their own, signals, torchrun, a full disk."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from analysis import Run
from searchlight.checkpoint import load_checkpoint
from searchlight.cli import main

TINY = str(Path(__file__).with_name("tiny.yaml"))
ARM = Path("runs/working_memory/tiny")

COSTS = ("seconds", "cpu_seconds", "peak_bytes")


def start(*words, cwd, **kwargs):
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_prints_the_resume_line_and_the_resumed_run_is_bit_equal(
    number, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    long = ["--training.epochs", "60", "--jobs", "1"]
    process = start("searchlight", "train", TINY, *long, cwd=tmp_path)
    folder = ARM.with_name(ARM.name + "+")
    while not (log := [*tmp_path.glob(f"{folder}*/seed-0/train.log")]) or len(log[0].read_text()) < 400:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    resume = said[said.index("searchlight train") :].splitlines()[0].split()[1:]
    main([*resume, "--jobs", "1"])
    parted = Run(log[0].parent)
    assert parted.state == "complete"
    main(["train", TINY, *long, "--runs", "whole"])
    whole = Run(Path("whole") / parted.path.relative_to(tmp_path / "runs"))
    left, right = (load_checkpoint(run.checkpoint("last.safetensors")).tensors for run in (parted, whole))
    assert all((left[name] == right[name]).all() for name in left)
    assert (
        parted.metrics()
        .drop("seconds", "cpu_seconds", "peak_bytes")
        .equals(whole.metrics().drop("seconds", "cpu_seconds", "peak_bytes"))
    )


@pytest.mark.parametrize("moment", [0.0, 1.0, 2.0])
def test_a_request_to_stop_before_training_begins_is_one_sentence_and_can_be_resumed(
    moment, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    process = start("searchlight", "train", TINY, "--seeds", "0..3", "--jobs", "2", cwd=tmp_path)
    said = []
    for line in process.stderr:
        said.append(line)
        if "parameters" in line:  # everything is prepared, and processes for the runs are being started
            break
    time.sleep(moment)
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=120)[1]
    assert process.returncode == 130, "".join(said) + rest
    assert "Traceback" not in rest
    assert "stopped" in rest
    main(["train", TINY, "--seeds", "0..3", "--jobs", "1", "--resume"])
    assert all(Run(ARM / f"seed-{seed}").state == "complete" for seed in range(4))


def test_several_seeds_are_trained_in_processes_and_end_as_they_do_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["train", TINY, "--seeds", "0..1", "--jobs", "2"])
    main(["train", TINY, "--seeds", "1", "--jobs", "1", "--runs", "alone"])
    together, alone = (Run(Path(root) / "working_memory" / "tiny" / "seed-1") for root in ("runs", "alone"))
    # On one of two processors seen, last bits differed once beside another process.
    assert_frame_equal(together.trials(), alone.trials(), rel_tol=1e-4, abs_tol=1e-4)


def test_torchrun_trains_in_two_processes(tmp_path):
    words = ["--nproc_per_node", "2", "--master_port", "29517", "-m", "searchlight", "train", TINY]
    process = start("torch.distributed.run", *words, cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"})
    out, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    run = Run(tmp_path / ARM / "seed-0")
    assert run.state == "complete"
    assert run.environment()["world_size"] == 2
    assert out.count("test/novel_identity") == 1
    main(["train", TINY, "--jobs", "1", "--runs", str(tmp_path / "alone")])
    alone = Run(tmp_path / "alone" / "working_memory" / "tiny" / "seed-0")
    shared, whole = (each.metrics()["loss"].drop_nulls().to_numpy() for each in (run, alone))
    assert len(shared) == len(whole)
    assert abs(shared - whole).max() < 0.1  # the mean of two halves, each weighted by its own scored frames


def test_older_flat_configurations_train_with_a_line_that_says_how_they_were_read(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    old = tmp_path / "old.yaml"
    old.write_text(
        "model_type: attention_gru\nhidden_size: 16\nattention_hidden_dim: 8\nnum_val: 24\nsave_hidden: true\n"
    )
    main(["configs", "show", "old.yaml"])
    shown = capsys.readouterr()
    assert "attention_hidden_dim as model.attention_dim" in shown.err
    assert "kind: attention_gru" in shown.out


def test_a_dry_run_trains_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["train", TINY, "--dry-run"])
    shown = capsys.readouterr().out
    assert "steps as fast as five that were timed; one validation:" in shown
    assert "num_parameters" in shown
    assert not Path("runs").exists()


def test_a_sweep_chooses_on_validation_and_is_resumed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    grid = ["sweep", TINY, "--grid", "training.learning_rate=0.0001,0.01", "--jobs", "1"]
    main([*grid, "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert [row["chosen"] for row in rows] == [True, False]
    assert rows[0]["validation"]["value"] >= rows[1]["validation"]["value"]
    assert rows[1]["test"] is None
    main(grid)
    shown = capsys.readouterr()
    assert shown.err.count("reused") == 2
    assert "chosen on validation data" in shown.out


def test_a_full_disk_is_one_sentence_and_leaves_earlier_runs_intact(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["train", TINY, "--jobs", "1"])
    before = {file: file.read_bytes() for file in Path("runs").rglob("*") if file.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("analysis.files.os.replace", full)
    with pytest.raises(SystemExit) as stopped:
        main(["train", TINY, "--seeds", "1", "--jobs", "1"])
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert before == {file: file.read_bytes() for file in before}


def test_a_manifest_with_a_missing_image_names_the_row(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifest.csv").write_text(
        "path,category,identity,viewpoint,location\na.png,chair,chair-0,0,0\n"
    )
    with pytest.raises(SystemExit) as stopped:
        main(["train", TINY, "--stimuli.manifest", "manifest.csv"])
    assert stopped.value.code == 1
    assert "a.png" in capsys.readouterr().err
    assert not Path("runs").exists()


@pytest.mark.parametrize("damage", ["truncated", "altered", "another"])
def test_a_damaged_checkpoint_is_refused(damage, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["train", TINY, "--model.kind", "attention_gru", "--jobs", "1"])
    (run,) = Path("runs/working_memory").glob("tiny+*/seed-0")
    path = run / "checkpoints" / "best.safetensors"
    if damage == "another":
        main(["train", TINY, "--model.kind", "gru", "--model.hidden-size", "24", "--jobs", "1"])
        (other,) = (each for each in Path("runs/working_memory").glob("tiny+*/seed-0") if each != run)
        path.write_bytes((other / "checkpoints" / "best.safetensors").read_bytes())
    else:
        whole = path.read_bytes()
        path.write_bytes(whole[:-50] if damage == "truncated" else whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(SystemExit) as stopped:
        main(["inspect", str(path)])
    assert stopped.value.code == 1
    assert "CheckpointError" in capsys.readouterr().err
