import subprocess
import sys

import pytest

from searchlight.cli import FAMILIES, VERBS, exit_code, main, remedy, tools
from searchlight.errors import CheckpointError, UsageError

HEAVY = ("torch", "scipy", "matplotlib", "polars", "sklearn", "accelerate")


def run(*words, **kwargs):
    return subprocess.run(
        [sys.executable, "-m", "searchlight", *words], capture_output=True, text=True, **kwargs
    )


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["train", "--help"],
        ["train", "working_memory/mtmf", "--help"],
        ["train", "arc/cross_attention", "--help"],
        ["demo", "--help"],
        ["configs"],
        ["compare", "--help"],
        ["inspect", "--help"],
        ["claims", "--help"],
        ["sweep", "--help"],
        ["runs", "--help"],
        ["evaluate", "--help"],
        ["persistence", "--help"],
        ["persistence", "filter", "--help"],
        ["arc", "--help"],
        ["arc", "score", "--help"],
        ["arc", "tasks", "--help"],
    ],
)
def test_help_imports_nothing_heavy(words):
    code = f"import sys\nfrom searchlight.cli import main\ntry:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
    code += f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\nprint('LOADED', loaded)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("LOADED []")


@pytest.mark.parametrize("verb", [*VERBS, *tools()])
def test_every_verb_has_help_with_an_example_or_is_plain(verb, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*verb.split(), "--help"])
    assert stopped.value.code == 0
    assert f"usage: searchlight {verb}" in capsys.readouterr().out


def test_usage_names_every_verb(capsys):
    main([])
    shown = capsys.readouterr().out
    assert all(verb in shown for verb in (*VERBS, *tools()))
    main(["persistence"])
    assert "filter" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trian"], "did you mean train"),
        (["train"], "needs a configuration"),
        (["train", "nothing.yaml"], "nothing.yaml does not exist"),
        (["evaluate", "x", "--jsn"], "did you mean --json?"),
        (["train", "working_memory/gatedmtmf"], "did you mean working_memory/gated_mtmf"),
        (["train", "working_memory/mtmf", "--seeds", "4..0"], "at least one seed"),
        (["train", "working_memory/mtmf", "--tasks.frames", "2"], "impossible"),
        (["compare", "one"], "at least two folders"),
        (["evaluate", "nowhere"], "holds no runs"),
        (["inspect", "nowhere"], "does not exist"),
        (["sweep", "working_memory/mtmf"], "--grid"),
        (["demo", "astrology"], "has no demo"),
        (["configs", "show"], "needs the name"),
        (["persistnce"], "did you mean persistence"),
        (["persistence", "fliter"], "did you mean filter"),
        (["persistence", "filter"], "required"),
        (["arc", "scroe"], "did you mean score"),
        (["arc", "score", "s.json"], "required"),
        (["arc", "score", "s.json", "--tasks", "arc1:training"], "s.json does not exist"),
    ],
)
def test_wrong_use_ends_with_one_message_and_exit_code_2(words, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    shown = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said in shown
    assert "Traceback" not in shown


def test_bytes_that_are_no_text_are_one_sentence(tmp_path, capsys):
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SystemExit) as stopped:
        main(["train", str(tmp_path / "bytes.yaml")])
    assert stopped.value.code == 2
    assert "is no text in UTF-8" in capsys.readouterr().err


def test_a_file_is_no_folder_for_pictures(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for words in (["inspect", "x"], ["compare", "x", "y"]):
        with pytest.raises(SystemExit) as stopped:
            main([*words, "--out", str(tmp_path / "file")])
        assert stopped.value.code == 2
        assert "expected a folder" in capsys.readouterr().err


def test_a_full_disk_and_a_foreign_checkpoint_say_where_to_read_more():
    assert remedy(OSError(28, "No space left on device")).strip() == "see docs/troubleshooting.md#disk-full"
    assert remedy(CheckpointError("altered")).strip() == "see docs/troubleshooting.md#checkpoint-not-accepted"
    assert remedy(OSError(13, "Permission denied")) == remedy(UsageError("x")) == ""


def test_a_preset_is_not_copied_into_a_folder_that_is_not_there(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["configs", "copy", "working_memory/mtmf", str(tmp_path / "none" / "mine.yaml")])
    assert stopped.value.code == 2
    assert "is no folder" in capsys.readouterr().err


def test_failures_of_the_packages_end_with_exit_code_1():
    from importlib import import_module

    for module, name in FAMILIES:
        assert exit_code(getattr(import_module(module), name)("why")) == 1
    assert exit_code(OSError("disk full")) == 1
    assert exit_code(UsageError("x")) == 2
    assert exit_code(KeyError("a bug")) is None


def test_a_preset_is_copied_and_never_over_a_file(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["configs", "copy", "working_memory/gated_mtmf", "mine.yaml"])
    text = (tmp_path / "mine.yaml").read_text()
    assert "gated_gru" in text
    with pytest.raises(SystemExit) as stopped:
        main(["configs", "copy", "working_memory/mtmf", "mine.yaml"])
    assert stopped.value.code == 2
    assert (tmp_path / "mine.yaml").read_text() == text


def test_configs_show_fills_in_every_default(capsys):
    main(["configs", "show", "working_memory/mtmf"])
    shown = capsys.readouterr().out
    assert "learning_rate:" in shown
    assert "novel_identities:" in shown


def test_runs_of_an_empty_folder_say_how_to_make_some(tmp_path, capsys):
    main(["runs", str(tmp_path / "none")])
    assert "searchlight demo" in capsys.readouterr().out


def test_the_doctor_finds_what_is_needed(capsys, tmp_path):
    main(["doctor", "--runs", str(tmp_path)])
    shown = capsys.readouterr().out
    assert "nothing to mend" in shown
    assert "fused attention" in shown


def test_it_runs_as_a_module():
    assert "usage: searchlight" in run("--help").stdout
