"""Tasks of one's own, answered by models that were trained in seconds: alone, trained on each task, beside rules."""

import json

import pytest

from analysis import find_runs
from arc_context import generated_task, read_submission
from arc_context.configuration import FamiliesConfig
from searchlight import arc_solvers
from searchlight.cli import main

TINY = """system: arc
families: {names: [colour_map], held_out: [], sides: [3, 4], pairs: [2, 3]}
tasks: {train: 12, validation: 2, test: 2}
model: {kind: KIND, dim: 16, heads: 2, steps: 2}
training: {epochs: 1, batch_size: 6}
"""
LIMITS = FamiliesConfig(sides=(3, 4), pairs=(3, 3))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One of each kind of model, by kind."""
    folder = tmp_path_factory.mktemp("runs")
    for kind in ("rlan", "puzzle_embedding", "symbolic"):
        (folder / f"{kind}.yaml").write_text(TINY.replace("KIND", kind))
        main(["train", str(folder / f"{kind}.yaml"), "--runs", str(folder / "runs"), "--jobs", "1"])
    return {run.config()["model"]["kind"]: run.path for run in find_runs(folder / "runs")}


@pytest.fixture
def tasks(tmp_path):
    """A folder of three tasks whose answers are known."""
    folder = tmp_path / "tasks"
    folder.mkdir()
    for name in ("colour_map", "mirror", "swap"):
        text = json.dumps(generated_task(name, LIMITS, 3).to_document())
        (folder / f"{name}.json").write_text(text)
    return folder


@pytest.mark.parametrize("kind", ["rlan", "puzzle_embedding", "symbolic"])
def test_a_run_answers_a_task_in_as_many_views_as_asked_for(kind, runs, tasks, tmp_path):
    out = tmp_path / "answers.json"
    main(
        ["arc", "solve", str(tasks / "mirror.json"), "--run", str(runs[kind]), "--views", "5", "-o", str(out)]
    )
    document = json.loads(out.read_text())
    assert document["protocol"] == "inductive"
    if kind == "symbolic":
        assert document["right"] == [True]
    else:
        assert sum(vote["count"] for vote in document["test"][0]) == 5


def test_a_checkpoint_is_trained_on_the_task_for_as_many_steps(runs, tasks, tmp_path, capsys):
    best = runs["rlan"] / "checkpoints" / "best.safetensors"
    before, out = best.read_bytes(), tmp_path / "answers.json"
    words = ["arc", "solve", str(tasks / "mirror.json"), "--run", str(best), "--test-time-steps", "2"]
    main([*words, "--views", "2", "-o", str(out)])
    assert json.loads(out.read_text())["protocol"] == "transductive"
    assert "weights were trained on this task's own train pairs first" in capsys.readouterr().out
    assert best.read_bytes() == before


def test_rules_and_model_have_one_attempt_each_in_a_submission(runs, tasks, tmp_path, capsys):
    words = ["arc", "submit", str(tasks), "--jobs", "1"]
    for solver in ("symbolic", "model", "union"):
        model = [] if solver == "symbolic" else ["--run", str(runs["rlan"]), "--views", "2"]
        main([*words, "--solver", solver, *model, "-o", str(tmp_path / f"{solver}.json")])
    assert "inductive: 3 of 3 tasks" in capsys.readouterr().out
    rules, model, union = (
        read_submission(tmp_path / f"{solver}.json") for solver in ("symbolic", "model", "union")
    )
    for name in ("colour_map", "mirror", "swap"):
        first, second = union[name][0]
        assert first.tolist() == rules[name][0][0].tolist()
        others = [grid.tolist() for grid in (*model[name][0], *rules[name][0])]
        assert second.tolist() in others


def test_weights_that_are_of_other_settings_are_refused(runs, tasks, tmp_path, capsys):
    foreign = tmp_path / "seed-0"
    (foreign / "checkpoints").mkdir(parents=True)
    for name in ("config.yaml", "environment.json"):
        (foreign / name).write_bytes((runs["rlan"] / name).read_bytes())
    other = runs["puzzle_embedding"] / "checkpoints" / "best.safetensors"
    (foreign / "checkpoints" / "best.safetensors").write_bytes(other.read_bytes())
    with pytest.raises(SystemExit):
        main(["arc", "solve", str(tasks / "mirror.json"), "--run", str(foreign)])
    assert (said := capsys.readouterr().err).startswith("CheckpointError:")
    assert "best.safetensors" in said


def test_without_a_run_a_model_is_trained_once_and_kept(tasks, tmp_path, monkeypatch, capsys):
    (tmp_path / "tiny.yaml").write_text(TINY.replace("KIND", "rlan"))
    monkeypatch.setattr(arc_solvers, "PRESET", str(tmp_path / "tiny.yaml"))
    for name in ("one", "two"):
        out = tmp_path / f"{name}.json"
        main(["arc", "solve", str(tasks / "swap.json"), "--views", "2", "-o", str(out)])
        assert ("keeps it in" in capsys.readouterr().err) == (name == "one")
    one, two = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("one", "two"))
    assert one["test"] == two["test"]
