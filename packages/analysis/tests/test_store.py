import json
import os
import re
from errno import ENOSPC

import numpy as np
import polars as pl
import pytest

from analysis import Run, StoreError, StoreWarning, find_runs
from analysis.store import SCHEMA

ENVIRONMENT = {
    "data_hash": "d0",
    "budget": 1000,
    "parameters": 10,
    "seconds": 1.5,
    "commit": "c0",
    "packages": {},
}


def trials(rows: int = 4) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "split": ["test"] * rows,
            "item": list(range(rows)),
            "group": list(range(rows)),
            "step": [3] * rows,
            "target": ["match"] * rows,
            "prediction": ["match", None, *["non_match"] * (rows - 2)],
            "score": [1.0] + [0.0] * (rows - 1),
            "feature": ["location"] * rows,
        }
    )


@pytest.fixture
def run(tmp_path) -> Run:
    return Run(tmp_path / "runs" / "gated_mtmf+1a2b" / "seed-3").begin("model: {kind: gated}\n", ENVIRONMENT)


@pytest.fixture
def complete(run) -> Run:
    states = {"cognition/hidden": np.arange(8.0).reshape(4, 2)}
    run.write_evaluation(trials(), states, {"spatial/entropy": np.linspace(0, 1, 4, dtype=np.float32)})
    return run


def test_a_run_knows_its_arm_config_name_and_seed(run):
    assert (run.arm, run.name, run.seed) == ("gated_mtmf+1a2b", "gated_mtmf", 3)


def test_a_folder_of_another_name_has_no_seed(tmp_path):
    with pytest.raises(StoreError, match="expected a folder named seed-<number>"):
        Run(tmp_path / "results").seed  # noqa: B018


def test_what_was_begun_is_read_back(run):
    assert run.state == "incomplete"
    assert run.config() == {"model": {"kind": "gated"}}
    assert run.environment() == {**ENVIRONMENT, "schema": SCHEMA}


def test_the_states_of_a_folder(tmp_path, run):
    assert Run(tmp_path / "nowhere").state == "absent"
    (tmp_path / "empty").mkdir()
    assert Run(tmp_path / "empty").state == "absent"
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_text("")
    assert Run(tmp_path / "photos").state == "foreign"
    assert Run(tmp_path / "photos" / "cat.png").state == "foreign"
    run.write_evaluation(trials(), {}, {})
    assert run.state == "complete"


@pytest.mark.parametrize("content", ["cat.png", "trials.parquet", "config.yaml"])
def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path, content):
    (tmp_path / content).write_text("mine")
    with pytest.raises(StoreError, match="holds something else"):
        Run(tmp_path).begin("{}", ENVIRONMENT)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(content, "mine")]


def test_an_incomplete_and_a_complete_run_are_never_begun_again(run):
    with pytest.raises(StoreError, match="incomplete run; resume it"):
        run.begin("{}", ENVIRONMENT)
    run.write_evaluation(trials(), {}, {})
    with pytest.raises(StoreError, match="nothing is overwritten"):
        run.begin("{}", ENVIRONMENT)


def test_a_run_begins_whole_or_not_at_all(tmp_path):
    run = Run(tmp_path / "arm" / "seed-0")
    with pytest.raises(ValueError, match="not JSON compliant"):
        run.begin("{}", {**ENVIRONMENT, "seconds": float("nan")})
    assert run.state == "absent"
    assert list((tmp_path / "arm").iterdir()) == []


def test_a_full_disk_at_the_beginning_is_said_and_leaves_nothing(tmp_path, monkeypatch):
    def refuse(path, record):
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr("analysis.files.write_json", refuse)
    with pytest.raises(
        StoreError, match=r"could not begin .*seed-0: No space left on device; nothing was changed"
    ):
        Run(tmp_path / "arm" / "seed-0").begin("{}", ENVIRONMENT)
    assert list((tmp_path / "arm").iterdir()) == []


def test_a_run_may_begin_in_an_empty_folder(tmp_path):
    (tmp_path / "seed-0").mkdir()
    assert Run(tmp_path / "seed-0").begin("{}", ENVIRONMENT).state == "incomplete"


def test_the_environment_can_be_amended(run):
    run.amend_environment(seconds=np.float64(12.5), device="cpu")
    assert run.environment() == {**ENVIRONMENT, "seconds": 12.5, "device": "cpu", "schema": SCHEMA}


def test_a_full_disk_while_training_is_said(run, monkeypatch):
    run.append_metrics({"step": 10})
    monkeypatch.setattr(
        "analysis.files._line", lambda record: (_ for _ in ()).throw(OSError(ENOSPC, "No space left"))
    )
    with pytest.raises(StoreError, match=r"could not add to .*metrics\.jsonl: No space left"):
        run.append_metrics({"step": 20})
    assert run.metrics()["step"].to_list() == [10]


def test_metrics_of_different_keys_become_one_table(run):
    run.append_metrics({"step": 10, "loss": np.float32(1.5)})
    run.append_metrics({"step": 20, "loss": 1, "accuracy": 0.5})
    assert run.metrics().to_dicts() == [
        {"step": 10, "loss": 1.5, "accuracy": None},
        {"step": 20, "loss": 1.0, "accuracy": 0.5},
    ]


def test_a_torn_last_metric_is_said(run):
    run.append_metrics({"step": 10})
    with (run.path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 2')
    with pytest.warns(StoreWarning, match=r"metrics\.jsonl: the last line was cut off"):
        assert run.metrics()["step"].to_list() == [10]


def test_a_resumed_run_takes_back_what_came_after_its_checkpoint(run):
    for step in (10, 20, 30):
        run.append_metrics({"step": step})
    run.rewind_metrics(lambda record: record["step"] <= 20)
    run.append_metrics({"step": 25})
    assert run.metrics()["step"].to_list() == [10, 20, 25]


def test_an_evaluation_is_read_back(complete):
    assert complete.trials().equals(trials())
    np.testing.assert_array_equal(complete.states()["cognition/hidden"], np.arange(8.0).reshape(4, 2))
    entropy = complete.attention()["spatial/entropy"]
    np.testing.assert_array_equal(entropy, np.linspace(0, 1, 4, dtype=np.float32))
    assert entropy.dtype == np.float32


def test_trials_are_written_last(run, monkeypatch):
    def stop(path, table):
        raise OSError("the power went")

    monkeypatch.setattr("analysis.files.write_parquet", stop)
    with pytest.raises(StoreError, match="the power went"):
        run.write_evaluation(trials(), {"h": np.ones(4)}, {})
    assert run.state == "incomplete"
    monkeypatch.undo()
    run.write_evaluation(trials(), {"h": np.ones(4)}, {})
    assert run.state == "complete"


def test_a_complete_run_is_not_evaluated_over(complete):
    before = (complete.path / "trials.parquet").read_bytes()
    with pytest.raises(StoreError, match="this one is complete"):
        complete.write_evaluation(trials(), {}, {})
    assert (complete.path / "trials.parquet").read_bytes() == before


@pytest.mark.parametrize(
    ("table", "states", "message"),
    [
        (trials().drop("group", "score"), {}, "missing group, score"),
        (trials().with_columns(score=pl.lit(None)), {}, "score must be known in every row"),
        (trials().clear(), {}, "at least one scored item"),
        (trials(), {"h": np.ones((3, 2))}, r"h must have one entry per trial \(4\), its shape is \(3, 2\)"),
        (trials(), {"h": np.array(1.0)}, r"its shape is \(\)"),
    ],
)
def test_an_evaluation_outside_the_schema_is_refused_before_anything_is_written(run, table, states, message):
    before = sorted(run.path.iterdir())
    with pytest.raises(StoreError, match=message):
        run.write_evaluation(table, states, {})
    assert sorted(run.path.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "read"),
    [("states.safetensors", Run.states), ("attention.npz", Run.attention), ("trials.parquet", Run.trials)],
)
def test_a_truncated_file_is_named(complete, name, read):
    path = complete.path / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StoreError, match=rf"{name} cannot be read, it is truncated or was altered"):
        read(complete)


def test_an_altered_attention_file_is_named(complete):
    path = complete.path / "attention.npz"
    data = bytearray(path.read_bytes())
    data[data.index(np.linspace(0, 1, 4, dtype=np.float32).tobytes()) + 5] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"attention\.npz cannot be read"):
        complete.attention()


def test_arrays_that_do_not_belong_to_the_trials_are_refused(complete):
    trials(5).write_parquet(complete.path / "trials.parquet")
    with pytest.raises(
        StoreError, match=r"states\.safetensors: cognition/hidden must have one entry per trial \(5\)"
    ):
        complete.states()


def test_a_missing_file_is_named_with_the_state_of_the_run(run):
    with pytest.raises(StoreError, match=r"trials\.parquet is not there: the run is incomplete"):
        run.trials()


def test_a_run_of_a_later_schema_is_refused(complete):
    (complete.path / "environment.json").write_text(json.dumps({"schema": SCHEMA + 1}))
    for read in (
        complete.trials,
        complete.states,
        complete.attention,
        complete.metrics,
        complete.environment,
    ):
        with pytest.raises(StoreError, match=rf"has schema {SCHEMA + 1}, this program reads up to {SCHEMA}"):
            read()


def test_a_config_that_is_no_mapping_is_refused(run):
    (run.path / "config.yaml").write_text("- 1\n")
    with pytest.raises(StoreError, match=r"config\.yaml: expected a mapping, got list"):
        run.config()


def test_runs_are_found_in_the_order_of_their_seeds(tmp_path):
    for arm, seed in (("b", 10), ("b", 2), ("a", 0)):
        Run(tmp_path / "deep" / arm / f"seed-{seed}").begin("{}", ENVIRONMENT)
    (tmp_path / "other").mkdir()
    assert [(run.arm, run.seed) for run in find_runs(tmp_path)] == [("a", 0), ("b", 2), ("b", 10)]
    assert [run.seed for run in find_runs(tmp_path / "deep" / "b" / "seed-2")] == [2]


def test_looking_for_runs_where_there_is_no_folder_is_an_error(tmp_path):
    with pytest.raises(StoreError, match="is not a folder"):
        find_runs(tmp_path / "nowhere")


READERS = {
    "config.yaml": Run.config,
    "environment.json": Run.environment,
    "trials.parquet": Run.trials,
    "states.safetensors": Run.states,
    "attention.npz": Run.attention,
}


@pytest.mark.parametrize("kept", [0.0, 0.5])
@pytest.mark.parametrize("file", READERS)
def test_a_file_that_was_cut_in_the_middle_or_is_empty_is_named(complete, file, kept):
    READERS[file](complete)
    content = (complete.path / file).read_bytes()
    (complete.path / file).write_bytes(content[: int(kept * len(content))])
    with pytest.raises(StoreError, match=re.escape(str(complete.path / file))):
        READERS[file](complete)


def test_metrics_without_a_line_are_an_empty_table_and_altered_ones_are_named(run):
    run.append_metrics({"step": 10})
    file = run.path / "metrics.jsonl"
    for altered in (b'{"step": 1#}\n', b"7\n", b'\xff{"step": 1}\n'):
        file.write_bytes(altered)
        with pytest.raises(StoreError, match=f"{re.escape(str(file))} cannot be read.*: line 1 is not"):
            run.metrics()
    file.write_bytes(b"")
    assert run.metrics().is_empty()
