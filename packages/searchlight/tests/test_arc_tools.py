import functools
import json
from pathlib import Path

import numpy as np
import pytest

from arc_context import Pair, Task, write_submission
from searchlight.cli import main


def grid(*colours):
    return np.array([colours], np.int8)


TASKS = {
    name: Task(name, (Pair(grid(1), grid(colour)),), (Pair(grid(2), grid(3)), Pair(grid(4), grid(4))))
    for name, colour in (("a", 5), ("b", 6))
}


@pytest.fixture
def folders(tmp_path):
    """Two folders of tasks, `ab` and `b`, and Kaggle's files of the first."""
    for folder in ("ab", "b"):
        (tmp_path / folder).mkdir()
        for name in folder:
            (tmp_path / folder / f"{name}.json").write_text(json.dumps(TASKS[name].to_document()))
    documents = {name: task.to_document() for name, task in TASKS.items()}
    answers = {name: [pair.pop("output") for pair in each["test"]] for name, each in documents.items()}
    (tmp_path / "my_challenges.json").write_text(json.dumps(documents))
    (tmp_path / "my_solutions.json").write_text(json.dumps(answers))
    return tmp_path


def printed(capsys, *words):
    main(["arc", *map(str, words)])
    return capsys.readouterr().out


def test_sizes_and_leaks_are_shown(folders, capsys):
    shown = printed(capsys, "tasks", folders / "ab", folders / "b")
    rows = [line.split() for line in shown.splitlines() if line.startswith(str(folders))]
    assert [row[1:4] for row in rows[:2]] == [["2", "4", "0"], ["1", "2", "0"]]
    assert rows[2][1:] == [str(folders / "b"), "1", "1", "a", "=", "b"]


def test_the_same_for_a_machine(folders, capsys):
    found = json.loads(printed(capsys, "tasks", folders / "ab", folders / "b", "--json"))
    assert found["sizes"][str(folders / "ab")]["test_outputs"] == 4
    assert found["leaks"][0]["names"] == ["b"]
    assert ["b", "b"] in found["leaks"][0]["same_grids"]


def test_one_source_has_no_leaks_to_show(folders, capsys):
    assert "share" not in printed(capsys, "tasks", folders / "b")


@pytest.fixture
def submission(folders):
    tried = {"a": [[grid(3), grid(9)], [grid(4)]], "b": [[grid(9), grid(3)], [grid(9)]]}
    write_submission(folders / "submission.json", tried)
    return folders / "submission.json"


@pytest.mark.parametrize("source", ["ab", "my_challenges.json"])
def test_a_submission_is_scored_in_three_conventions(folders, submission, source, capsys):
    words = ["score", submission, "--tasks", folders / source]
    found = json.loads(printed(capsys, *words, "--json"))["scores"]
    values = [found[name]["value"] for name in ("kaggle", "task_mean", "all_outputs")]
    assert values == [0.75, 0.75, 0.5]
    once = json.loads(printed(capsys, *words, "--attempts", "1", "--json"))["scores"]
    assert once["kaggle"]["value"] == 0.5
    shown = printed(capsys, *words)
    assert "2 tasks, 4 test outputs, 2 attempts" in shown
    assert all(name in shown for name in ("kaggle", "task_mean", "all_outputs", "1–10"))


def test_a_submission_that_does_not_fit_ends_with_one_sentence(folders, submission, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["arc", "score", str(submission), "--tasks", str(folders / "b")])
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "ArcError: task a: answers to what is not among the 1 tasks\n"
    with pytest.raises(SystemExit):
        main(["arc", "score", str(submission), "--tasks", "arc1:training", "--attempts", "3"])
    assert "expected 1 or 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tasks", "arc1:trainin"], "did you mean arc1:training?"),
        (["score", "SUBMISSION", "--tasks", "nowhere"], "nowhere: expected one of"),
        (
            ["solve", "FOLDER/ab", "--task", "c", "--solver", "symbolic"],
            "c is not the name of one of these 2",
        ),
        (["submit", "nowhere", "--solver", "symbolic"], "nowhere: expected one of"),
        (["validate", "arc/arc1", "--tasks.source", "nowhere"], "nowhere: expected one of"),
        (["tasks", "FOLDER/ab+FOLDER/b"], "searchlight arc tasks FOLDER/ab FOLDER/b tells which"),
    ],
)
def test_names_of_nothing_and_sources_that_share_tasks_are_wrong_use(
    folders, submission, words, said, capsys
):
    filled = {"SUBMISSION": str(submission), "FOLDER": str(folders)}

    def fill(text):
        return functools.reduce(lambda text, each: text.replace(*each), filled.items(), text)

    with pytest.raises(SystemExit) as stopped:
        main(["arc", *map(fill, words)])
    assert stopped.value.code == 2
    assert fill(said) in (shown := capsys.readouterr().err)
    assert "arc_context." not in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["score", "SUBMISSION", "--tasks"], "2 tasks, 4 test outputs, 2 attempts"),
        (["submit", "--solver", "symbolic", "--jobs", "1", "-o", "OUT"], "2 of 2 tasks"),
    ],
)
def test_sources_that_share_tasks_are_joined_where_that_is_asked_for(
    folders, submission, words, said, capsys
):
    filled = [{"SUBMISSION": submission, "OUT": folders / "out.json"}.get(word, word) for word in words]
    assert said in printed(capsys, *filled, f"{folders / 'ab'}+{folders / 'b'}", "--leaks")


def test_the_table_of_the_public_splits_stands_in_the_readme(capsys):
    readme = Path(__file__).parents[2] / "arc-context" / "README.md"
    assert f"```text\n{printed(capsys, 'tasks')}```" in readme.read_text(encoding="utf-8")
