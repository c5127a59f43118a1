import warnings
from pathlib import Path

import pytest

from analysis import StoreWarning
from searchlight.cli import main
from searchlight.damage import damage_in_remarks
from searchlight.runs import train_run


@pytest.fixture
def run(line, tmp_path, monkeypatch):
    """A run of one network."""
    monkeypatch.chdir(tmp_path)
    return train_run(line(), 0, Path("runs"))


def test_damage_that_reading_survives_is_one_line_and_other_warnings_stay_themselves(capsys):
    with warnings.catch_warnings(record=True) as kept:
        warnings.simplefilter("always")
        with damage_in_remarks():
            warnings.warn("metrics.jsonl: the last line was cut off", StoreWarning, stacklevel=1)
            warnings.warn("something else", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "metrics.jsonl: the last line was cut off\n"
    assert [str(each.message) for each in kept] == ["something else"]


def cut(content: bytes) -> bytes:
    return content[: 3 * len(content) // 4]


def altered(content: bytes) -> bytes:
    return content.replace(b":", b"#", 1)


def steps_alone(content: bytes) -> bytes:
    return b"".join(line for line in content.splitlines(True) if b'"kind": "step"' in line)


@pytest.mark.parametrize("damage", [cut, altered, steps_alone, lambda content: b""])
def test_a_run_whose_training_record_is_damaged_has_its_page(run, damage, capsys):
    file = run.path / "metrics.jsonl"
    file.write_bytes(damage(file.read_bytes()))
    with warnings.catch_warnings():
        warnings.simplefilter("default", StoreWarning)
        main(["report", str(run.path), "--jobs", "1"])
    told = capsys.readouterr()
    assert "report: " in told.out
    assert "StoreWarning" not in told.err
    if damage is not cut:
        assert "not estimable: " in (run.path / "report.html").read_text()


@pytest.mark.parametrize("file", ["environment.json", "config.yaml"])
def test_a_damaged_run_ends_with_a_sentence(run, file, capsys):
    (run.path / file).write_bytes(cut((run.path / file).read_bytes())[:-1] + b"{")
    with pytest.raises(SystemExit) as stopped:
        main(["report", str(run.path), "--jobs", "1"])
    assert stopped.value.code in (1, 2)
    assert str(run.path.resolve() / file) in capsys.readouterr().err
