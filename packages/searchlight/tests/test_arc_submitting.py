import json
from dataclasses import replace

import numpy as np
import pytest

from arc_context import Pair, Task, load_tasks, read_submission
from arc_context.errors import ArcError
from arc_context.solving.solved import Solved
from searchlight import arc_submitting
from searchlight.arc_showing import grid_text
from searchlight.arc_solvers import Plan
from searchlight.arc_solving import TaskTraining
from searchlight.arc_submitting import Failed, Kept, outcome, solve_all
from searchlight.cli import main
from searchlight.errors import UsageError

RULES = Plan("symbolic")


@pytest.fixture
def tasks(tmp_path):
    """A folder of three tasks: mirrored, recoloured, and one that no rule fits."""
    rng = np.random.default_rng(0)
    grids = list(rng.integers(4, size=(4, 3, 4)).astype(np.int8))
    rules = {
        "mirrored": lambda grid: grid[:, ::-1],
        "recoloured": lambda grid: (grid + 1) % 10,
        "whatever": lambda grid: grid[:1, : 1 + int(grid[0, 0])],
    }
    (tmp_path / "tasks").mkdir()
    for name, rule in rules.items():
        pairs = tuple(Pair(grid, np.ascontiguousarray(rule(grid)).astype(np.int8)) for grid in grids)
        text = json.dumps(Task(name, pairs[:3], pairs[3:]).to_document())
        (tmp_path / "tasks" / f"{name}.json").write_text(text)
    return tmp_path / "tasks"


def ignore(what, done, of):
    """Hears no progress."""


@pytest.fixture
def counted(monkeypatch):
    """Names of the tasks that are solved."""
    names, solve = [], arc_submitting.solve_task

    def noted(plan, task):
        names.append(task.name)
        return solve(plan, task)

    monkeypatch.setattr(arc_submitting, "solve_task", noted)
    return names


def test_what_is_solved_is_not_solved_again(tasks, tmp_path, counted):
    kept, asked = Kept(tmp_path / "kept"), load_tasks(str(tasks))
    first, failed = solve_all(RULES, asked[:1], kept, ignore, jobs=1)
    assert (list(first), failed) == (["mirrored"], [])
    (kept.folder / "plan.json").unlink()
    with pytest.raises(UsageError, match="holds something else"):
        solve_all(RULES, asked, kept, ignore, jobs=1)
    kept = Kept(tmp_path / "again")
    solve_all(RULES, asked, kept, ignore, jobs=1)
    counted.clear()
    kept.path(asked[1]).unlink()
    second, _ = solve_all(RULES, asked, kept, ignore, jobs=1)
    assert counted == ["recoloured"]
    assert list(second) == ["mirrored", "recoloured", "whatever"]


def test_progress_counts_what_was_there_before(tasks, tmp_path):
    heard = []
    kept, asked = Kept(tmp_path / "kept"), load_tasks(str(tasks))
    solve_all(RULES, asked, kept, lambda *said: heard.append(said[1:]), jobs=1)
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]
    solve_all(RULES, asked, kept, lambda *said: heard.append(said[1:]), jobs=1)
    assert heard[4:] == [(3, 3)]


def test_other_settings_or_tasks_are_not_mixed(tasks, tmp_path):
    kept, asked = Kept(tmp_path / "kept"), load_tasks(str(tasks))
    solve_all(RULES, asked, kept, ignore, jobs=1)
    for plan, others in ((Plan("task_cnn"), asked), (RULES, asked[:2])):
        with pytest.raises(UsageError, match="solved with other settings, weights or tasks"):
            solve_all(plan, others, kept, ignore, jobs=1)


def test_a_damaged_file_is_named(tasks, tmp_path):
    kept, asked = Kept(tmp_path / "kept"), load_tasks(str(tasks))
    solve_all(RULES, asked, kept, ignore, jobs=1)
    kept.path(asked[0]).write_text("{")
    with pytest.raises(ArcError, match=r"mirrored.task.json is no JSON; remove it"):
        solve_all(RULES, asked, kept, ignore, jobs=1)


def test_a_folder_that_was_left_empty_is_begun_again(tasks, tmp_path):
    kept = Kept(tmp_path / "kept")
    kept.folder.mkdir()
    asked = load_tasks(str(tasks))[:1]
    assert len(solve_all(RULES, asked, kept, ignore)[0]) == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        solve_all(RULES, asked, Kept(tmp_path / "other"), ignore)


def test_a_damaged_answer_is_named_by_its_file(tasks, tmp_path):
    kept = Kept(tmp_path / "kept")
    (task, *_) = load_tasks(str(tasks))
    solve_all(RULES, [task], kept, ignore)
    kept.path(task).write_text("44")
    with pytest.raises(ArcError, match=f"{task.name}.task.json: expected .* remove it"):
        kept.read(task)


@pytest.mark.parametrize("name", ["../outside", "a/b", "..", "with space"])
def test_whatever_a_task_is_called_it_is_kept_in_the_folder(name, tasks, tmp_path):
    kept = Kept(tmp_path / "kept")
    task = replace(load_tasks(str(tasks))[0], name=name)
    solve_all(RULES, [task], kept, ignore)
    assert kept.path(task).parent == kept.folder
    assert {each.parent for each in tmp_path.rglob("*.task.json")} == {kept.folder}
    assert kept.read(task).task == name


@pytest.mark.slow
def test_two_processes_solve_what_one_does(tasks, tmp_path):
    asked = load_tasks(str(tasks))
    one, two = (solve_all(RULES, asked, Kept(tmp_path / str(jobs)), ignore, jobs=jobs)[0] for jobs in (1, 2))
    assert [attempted(each) for each in one.values()] == [attempted(each) for each in two.values()]


@pytest.mark.slow
def test_workers_of_a_dask_cluster_solve_what_one_process_does(tasks, tmp_path):
    distributed = pytest.importorskip("distributed")
    asked = load_tasks(str(tasks))
    alone, _ = solve_all(RULES, asked, Kept(tmp_path / "alone"), ignore, jobs=1)
    with distributed.LocalCluster(1, threads_per_worker=1, dashboard_address=":0") as cluster:
        scheduler = cluster.scheduler_address
        there, failed = solve_all(RULES, asked, Kept(tmp_path / "there"), ignore, scheduler=scheduler)
    assert failed == []
    assert [attempted(each) for each in there.values()] == [attempted(each) for each in alone.values()]


def attempted(solved: Solved):
    return [[grid.tolist() for grid in tried] for tried in solved.attempts]


def test_a_task_that_fails_is_named_with_its_reason_and_the_others_go_on(tasks, tmp_path, monkeypatch):
    def solve(plan, task):
        if task.name == "recoloured":
            raise ArcError("there is no answer to it")
        return Solved(task.name, ((),), 0.0, "inductive", "nobody")

    monkeypatch.setattr(arc_submitting, "solve_task", solve)
    found, failed = solve_all(RULES, load_tasks(str(tasks)), Kept(tmp_path / "kept"), ignore, jobs=1)
    assert list(found) == ["mirrored", "whatever"]
    assert failed == [Failed("recoloured", "ArcError: there is no answer to it")]


def test_a_bug_is_no_failed_task(tasks, monkeypatch):
    def solve(plan, task):
        raise KeyError("a bug")

    monkeypatch.setattr(arc_submitting, "solve_task", solve)
    with pytest.raises(KeyError):
        outcome(RULES, load_tasks(str(tasks))[0])


def test_submit_writes_two_attempts_and_scores_them(tasks, tmp_path, capsys):
    place = tmp_path / "submission.json"
    main(["arc", "submit", str(tasks), "-o", str(place), "--solver", "symbolic", "--jobs", "1"])
    said = capsys.readouterr().out
    answers, asked = read_submission(place), load_tasks(str(tasks))
    assert list(answers) == ["mirrored", "recoloured", "whatever"]
    for task in asked[:2]:
        assert any(np.array_equal(grid, task.test[0].output) for grid in answers[task.name][0])
    assert "1 test outputs have no answer, and a black cell stands for it: task whatever, test 0" in said
    assert "inductive: 3 of 3 tasks" in said
    assert "kaggle: 0.667" in said


def test_nothing_is_overwritten(tasks, tmp_path, capsys):
    place = tmp_path / "submission.json"
    place.write_text("mine")
    for words in (["submit", str(tasks)], ["solve", str(tasks), "--task", "mirrored"]):
        with pytest.raises(SystemExit):
            main(["arc", *words, "-o", str(place), "--solver", "symbolic"])
        assert "nothing is overwritten" in capsys.readouterr().err
    assert place.read_text() == "mine"


def test_a_submission_is_json(tasks, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["arc", "submit", str(tasks), "-o", str(tmp_path / "drawn.svg"), "--solver", "symbolic"])
    assert ended.value.code == 2
    assert "expected a name that ends in .json." in capsys.readouterr().err


def test_failed_tasks_leave_no_submission_unless_that_is_asked_for(tasks, tmp_path, monkeypatch, capsys):
    def solve(plan, task):
        raise ArcError("there is no answer to it")

    monkeypatch.setattr(arc_submitting, "solve_task", solve)
    words = [
        "arc",
        "submit",
        str(tasks),
        "-o",
        str(tmp_path / "s.json"),
        "--solver",
        "symbolic",
        "--jobs",
        "1",
    ]
    with pytest.raises(SystemExit):
        main(words)
    assert "3 tasks failed" in (said := capsys.readouterr().err)
    assert "whatever: ArcError: there is no answer to it" in said
    assert not (tmp_path / "s.json").exists()
    main([*words, "--even-failed"])
    assert "failed: mirrored, recoloured, whatever" in capsys.readouterr().out
    assert len(read_submission(tmp_path / "s.json")) == 3


def test_solve_shows_both_attempts_and_whether_the_answer_was_met(tasks, tmp_path, capsys):
    main(
        ["arc", "solve", str(tasks / "mirrored.json"), "--solver", "symbolic", "-o", str(tmp_path / "a.json")]
    )
    said = capsys.readouterr().out
    (task,) = load_tasks(str(tasks / "mirrored.json"))
    assert "mirrored, test 0: the answer was met" in said
    assert "inductive (no weight was changed for this task)" in said
    for row in task.test[0].input.tolist():
        assert " ".join(map(str, row)) in said
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["right"] == [True]
    assert Solved.from_document(document).right(task) == (True,)


def test_a_terminal_sees_digits_on_their_colours():
    text = grid_text(np.array([[0, 1], [2, 9]], np.int8))
    assert text.plain == "0 1 \n2 9"
    assert [str(span.style).split(" on ")[1] for span in text.spans if "on" in str(span.style)] == [
        "#000000",
        "#0074d9",
        "#ff4136",
        "#870c25",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--solver", "symbolc"], "did you mean symbolic?"),
        (["--views", "0"], "--views 0: expected at least 1"),
        (["--test-time-steps", "-1"], "--test-time-steps -1: expected 0 or more"),
        (["--test-time-seconds", "0"], "--test-time-seconds 0: expected a positive time"),
        (["--solver", "symbolic", "--run", "runs/x"], "--run runs/x has no effect with --solver symbolic"),
        (["--solver", "symbolic", "--test-time-steps", "5"], "has no effect with --solver symbolic"),
        (["--solver", "symbolic", "--views", "3"], "--views has no effect with --solver symbolic"),
        (["--solver", "symbolic", "--test-time-seconds", "3"], "no effect without --test-time-steps"),
        (["--test-time-seconds", "3"], "no effect without --test-time-steps"),
        (["--run", "runs/nowhere"], "runs/nowhere does not exist"),
        (["-o", "answers.csv"], "expected a name that ends in .json"),
        (["--task", "mirored"], "the nearest are mirrored"),
        ([], "has 3 tasks; name one with --task, such as mirrored"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(words, said, tasks, capsys):
    with pytest.raises(SystemExit):
        main(
            [
                "arc",
                "solve",
                str(tasks),
                *([] if not words or "--task" in words else ["--task", "mirrored"]),
                *words,
            ]
        )
    assert said in capsys.readouterr().err


def test_nobody_at_a_dask_scheduler_is_one_sentence(tasks, tmp_path, capsys):
    pytest.importorskip("distributed")
    words = ["arc", "submit", str(tasks), "-o", str(tmp_path / "s.json"), "--solver", "symbolic"]
    with pytest.raises(SystemExit):
        main([*words, "--dask", "nonsense"])
    assert "--dask nonsense: no scheduler answers there" in capsys.readouterr().err


def test_plans_differ_by_what_changes_answers():
    plans = [Plan("symbolic"), Plan("task_cnn"), Plan("task_cnn", training=TaskTraining(steps=3))]
    assert len({json.dumps(plan.document, sort_keys=True) for plan in plans}) == 3
    assert Plan("symbolic", views=3).document == Plan("symbolic").document
