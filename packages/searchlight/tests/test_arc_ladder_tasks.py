"""Rungs of tasks that are read, with a tiny network, from nothing to figures and again without solving."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis import Run
from arc_context import load_tasks, shared_tasks
from arc_context.baselines import make_baseline
from searchlight import arc_ladder_tasks, arc_solvers, arc_submitting, memory
from searchlight.arc_ladder import kept
from searchlight.arc_ladder_tasks import Reading, climb_read, limit_in_words, stocks_read
from searchlight.arc_leaks import refuse_shown, tasks_shown
from searchlight.arc_solving import TaskTraining
from searchlight.cli import main
from searchlight.configuration import load_config
from searchlight.errors import UsageError

SETTINGS = {"folds": 3, "train": 6}


def write_tasks(folder, first, count):
    """Tasks to read: mirror images for even numbers, and what no rule tells for odd ones."""
    rng = np.random.default_rng(first)
    folder.mkdir()
    for number in range(first, first + count):
        grids = rng.integers(number % 4, number % 4 + 3, (3, 3, 3))
        outputs = grids[:, :, ::-1] if number % 2 == 0 else rng.integers(10, size=(3, 2, 3))
        pairs = [{"input": a.tolist(), "output": b.tolist()} for a, b in zip(grids, outputs, strict=True)]
        document = {"train": pairs[:2], "test": pairs[2:]}
        (folder / f"task{number}.json").write_text(json.dumps(document))
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("tasks")
    return write_tasks(place / "one", 0, 6), write_tasks(place / "other", 6, 2)


@pytest.fixture(scope="module", autouse=True)
def tiny(folders):
    """One preset that reads the first folder, a small network, and two steps on each task."""

    def small(name):
        config = load_config(name).config
        return replace(
            load_config(name),
            config=replace(
                config,
                tasks=replace(config.tasks, source=str(folders[0]), **SETTINGS),
                model=replace(config.model, dim=16, heads=2, steps=2),
                pretraining=replace(config.pretraining, epochs=0),
                voting=replace(config.voting, views=2),
                training=replace(config.training, epochs=1, batch_size=3),
            ),
        )

    steps = TaskTraining(steps=2, seconds=5.0)
    readings = {
        "L5": Reading("L5", tuple({"tasks.fold": fold} for fold in range(3)), {}, alone=True),
        "L6": Reading("L6", ({"tasks.tested": str(folders[1])},), {}, one_seed=True),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arc_ladder_tasks, "load_config", small)
        patch.setattr(arc_ladder_tasks, "READINGS", readings)
        patch.setattr(arc_ladder_tasks, "TEST_TIME", steps)
        patch.setattr(arc_ladder_tasks, "ALONE", steps)
        patch.setattr(arc_ladder_tasks, "VIEWS", 2)
        # A peak of memory begins anew for each task, which takes long and is not asked here.
        patch.setattr(memory, "begin_again", lambda: False)
        yield


def ignore(what, done, of):
    """Hears no progress."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def folded(root):
    return climb_read("L5", (0, 1), root, ignore, jobs_at_once=1)


def told(climbed):
    """Scores by arm and by how tasks were solved."""
    return {
        (each.arm, each.what.partition(", ")[2]): each
        for each in climbed.figures
        if each.what.startswith("tasks solved")
    }


JOINED = "one attempt by rules, one trained on its pairs"


def test_every_task_is_tested_once_and_rules_score_what_they_do_alone(folded, folders):
    tasks = load_tasks(str(folders[0]))
    solve = make_baseline("symbolic").solve
    right = [
        all(
            any(np.array_equal(grid, pair.output) for grid in tried)
            for tried, pair in zip(solve(task), task.test, strict=True)
        )
        for task in tasks
    ]
    found = told(folded)
    assert 0 < np.mean(right) < 1
    assert found["symbolic", "by fitted rules"].estimate.value == pytest.approx(np.mean(right))
    assert found["symbolic", "by fitted rules"].over == "6 tasks"
    assert found["copy", "by copying the input"].estimate.value == 0


def test_protocol_and_convention_are_named_in_every_score(folded):
    found = told(folded)
    assert {each.convention for each in found.values()} == {"scored all_outputs"}
    assert {key: each.protocol for key, each in found.items()} == {
        ("copy", "by copying the input"): "inductive",
        ("symbolic", "by fitted rules"): "inductive",
        ("task_cnn", "trained on its pairs"): "transductive",
        ("arc1", "in context"): "inductive",
        ("arc1", "trained on its pairs"): "transductive",
        ("arc1 and symbolic", JOINED): "transductive",
        ("arc1 and symbolic", f"{JOINED}, gain over rules"): "transductive",
    }
    assert found["arc1", "in context"].over == "2 seeds"


def test_a_gain_over_rules_is_the_difference_of_both(folded):
    found = told(folded)
    both = found["arc1 and symbolic", JOINED].estimate.value
    gain = found["arc1 and symbolic", f"{JOINED}, gain over rules"].estimate.value
    assert gain == pytest.approx(both - found["symbolic", "by fitted rules"].estimate.value)


def test_what_a_fold_takes_to_train_is_told(folded, root):
    (figure,) = (each for each in folded.figures if each.what.startswith("CPU seconds of training"))
    runs = [Run(path) for path in root.rglob("seed-*")]
    taken = [run.metrics().filter(kind="epoch")["cpu_seconds"].max() for run in runs]
    assert figure.over == f"{len(taken)} trainings"
    assert figure.estimate.value == pytest.approx(np.mean(taken))


def test_nothing_is_trained_or_solved_twice(folded, root, monkeypatch):
    def never(*args, **options):
        raise AssertionError("done again")

    monkeypatch.setattr("searchlight.jobs.train_run", never)
    monkeypatch.setattr(arc_submitting, "solve_task", never)
    assert climb_read("L5", (0, 1), root, ignore, jobs_at_once=1) == folded == kept("L5", root)


def test_another_source_is_tested_whole_by_one_seed(root, folders):
    found = climb_read("L6", (0, 1), root, ignore, jobs_at_once=1)
    assert found.seeds == (0,)
    assert {each.over for each in found.figures} == {"2 tasks", "1 training"}
    (said,) = limit_in_words(["L0", "L6"], str)
    assert said.startswith(
        "L6: 2 tasks, on each of which steps are taken for 5 CPU seconds at most: 10.0 one"
    )


def test_a_run_is_not_asked_what_it_was_shown(folded, root, folders, capsys):
    (run,) = stocks_read(["L5"], (0,), root)["arc1, tasks.fold 1"].runs
    shown = tasks_shown(arc_solvers.open_run(run.path)[1].config)
    tasks = load_tasks(str(folders[0]))
    asked = [task for task in tasks if not shared_tasks(shown, [task])]
    assert (len(shown), len(asked)) == (4, 2)
    refuse_shown(run.path, asked)
    with pytest.raises(UsageError, match="which shares 4 by name"):
        refuse_shown(run.path, tasks)
    words = [
        "arc",
        "solve",
        str(folders[0] / f"{shown[0].name}.json"),
        "--run",
        str(run.path),
        "--views",
        "1",
    ]
    with pytest.raises(SystemExit):
        main(words)
    assert "--leaks answers all the same" in capsys.readouterr().err
    main([*words, "--leaks"])
    assert f"{shown[0].name}, test 0" in capsys.readouterr().out
