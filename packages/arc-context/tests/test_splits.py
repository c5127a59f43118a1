"""No task is both shown and asked, and what is shown depends on the seed alone."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arc_context.configuration import ArcConfig, AugmentationConfig, FamiliesConfig, TasksConfig
from arc_context.errors import ArcError
from arc_context.splits import SEEN, TEST_TASKS, VALIDATION, VALIDATION_TASKS, task_splits

CONFIG = ArcConfig(tasks=TasksConfig(train=30, validation=4, test=6))


@pytest.fixture
def folder(tmp_path):
    """Eleven tasks to read, task k of colour k mod 9 + 1 and of side 2; one of side 12."""
    for number in range(12):
        side = 12 if number == 11 else 2
        grid = np.full((side, side), number % 9 + 1)
        grid[0, 0] = 0
        pair = {"input": grid.tolist(), "output": grid.T[::-1].tolist()}
        (tmp_path / f"t{number:02}.json").write_text(json.dumps({"train": [pair, pair], "test": [pair]}))
    return replace(CONFIG, tasks=TasksConfig(source=str(tmp_path), side=10, train=24, folds=5, fold=1))


def contents(episode):
    """All that is shown and asked."""
    grids = [each for pair in episode.support for each in (pair.input, pair.output)]
    return b"|".join(bytes(each.shape) + each.tobytes() for each in (*grids, episode.query, episode.answer))


def test_splits_are_those_of_trained_families_and_one_of_each_held_out_one():
    found = task_splits(CONFIG)
    assert found.names == (VALIDATION, SEEN, "test/swap")
    assert [each.family for each in found.tasks(SEEN)] == ["colour_map", "keep_colours"] * 6
    assert {each.family for each in found.tasks("test/swap")} == {"swap"}
    assert len(found.tasks(VALIDATION)) == 8


def test_no_task_is_drawn_twice_over_splits_epochs_and_seeds():
    found = task_splits(CONFIG)
    evaluated = [each.fingerprint for name in found.names for each in found.tasks(name)]
    shown = [
        contents(each) for seed in range(3) for epoch in range(3) for each in found.training(seed, epoch)
    ]
    names = [each.task for seed in range(3) for epoch in range(3) for each in found.training(seed, epoch)]
    assert len(set(evaluated)) == len(evaluated)
    assert len(set(shown)) == len(shown) == len(set(names)) == 270
    assert not set(names) & {each.name for name in found.names for each in found.tasks(name)}


def test_training_shows_trained_families_whole_and_the_same_whenever_it_is_asked():
    found = task_splits(CONFIG)
    first, again = (found.training(1, 2) for _ in range(2))
    assert [*map(contents, first)] == [*map(contents, again)]
    assert {each.family for each in first} == {"colour_map", "keep_colours"}
    assert {len(each.support) for each in first} <= {3, 4}
    assert len(first) == found.per_epoch == 30


def test_tasks_that_are_not_fresh_are_those_of_the_first_epoch_in_every_one():
    again = task_splits(replace(CONFIG, tasks=replace(CONFIG.tasks, fresh=False)))
    first = [*map(contents, task_splits(CONFIG).training(0, 0))]
    assert [*map(contents, again.training(0, 3))] == first
    assert [*map(contents, again.training(1, 0))] != first


def test_what_is_evaluated_is_the_same_however_much_is_trained():
    more = replace(CONFIG, tasks=replace(CONFIG.tasks, train=60))
    for split in task_splits(CONFIG).names:
        assert task_splits(CONFIG).tasks(split).fingerprint == task_splits(more).tasks(split).fingerprint


def test_every_task_of_a_source_is_tested_in_one_fold_and_trained_in_the_others(folder):
    tested, size = [], 5
    for fold in range(size):
        found = task_splits(replace(folder, tasks=replace(folder.tasks, fold=fold)))
        parts = {split: {each.name for each in found.tasks(split)} for split in found.names}
        trained = {episodes[0].task for episodes in found.shown}
        assert not parts[VALIDATION_TASKS] & parts[TEST_TASKS]
        assert trained.isdisjoint(parts[VALIDATION_TASKS] | parts[TEST_TASKS])
        assert len(trained) + len(parts[VALIDATION_TASKS]) + len(parts[TEST_TASKS]) == 11
        tested += parts[TEST_TASKS]
    assert sorted(tested) == [f"t{number:02}" for number in range(11)]  # t11 is too large


def test_a_read_task_is_shown_by_any_of_its_pairs_beside_the_others(folder):
    found = task_splits(folder)
    assert {len(each) for each in found.shown} == {3}  # one test pair, two train pairs
    assert [len(each.support) for each in found.shown[0]] == [2, 1, 1]
    first, again, other = (found.training(0, epoch) for epoch in (0, 0, 1))
    assert [*map(contents, first)] == [*map(contents, again)] != [*map(contents, other)]
    assert len(first) == 24
    assert len({each.task for each in first}) == len(found.shown)


def test_augmentation_changes_what_is_shown_and_not_what_it_is_of(folder):
    plain = task_splits(folder).training(0, 0)
    turned = replace(folder, augmentation=AugmentationConfig(symmetries=True, colours=True))
    other = task_splits(turned).training(0, 0)
    assert sum(contents(one) != contents(two) for one, two in zip(plain, other, strict=True)) > 20
    assert all(each.answer.size == each.query.size for each in other)


def test_tasks_that_are_left_out_are_counted(folder):
    (said,) = task_splits(folder).left_out
    assert "1 of 12 tasks are left out, as a side is over 10 cells" in said
    assert task_splits(CONFIG).left_out == ()


def test_a_source_that_is_tested_is_tested_whole_and_what_it_shares_is_not_trained_on(
    folder, tmp_path_factory
):
    other = tmp_path_factory.mktemp("other")
    for name in ("t03", "t11"):
        document = (Path(folder.tasks.source) / f"{name}.json").read_text()
        (other / f"{name.replace('t0', 'renamed')}.json").write_text(document)
    found = task_splits(replace(folder, tasks=replace(folder.tasks, tested=str(other))))
    assert [task.name for task in found.tasks(TEST_TASKS)] == ["renamed3", "t11"]
    trained = {episodes[0].task for episodes in found.shown}
    validated = {task.name for task in found.tasks(VALIDATION_TASKS)}
    assert trained | validated == {f"t{number:02}" for number in range(11)} - {"t03"}
    assert not trained & validated
    assert "t03 = renamed3" in found.left_out[1]


def test_what_there_is_not_is_named(folder, tmp_path):
    with pytest.raises(ArcError, match="'test/swop' is not a split; did you mean test/swap"):
        task_splits(CONFIG).tasks("test/swop")
    with pytest.raises(ArcError, match="expected 20 tasks or more, one to a fold; got 11"):
        task_splits(replace(folder, tasks=replace(folder.tasks, folds=20))).tasks(TEST_TASKS)
    with pytest.raises(ValueError, match="fold 5: expected 0 to 4"):
        TasksConfig(fold=5)
    with pytest.raises(ValueError, match="expected a source to train on besides"):
        TasksConfig(tested="arc1:evaluation")


def test_an_answer_that_is_not_known_is_never_shown_and_cannot_be_judged(folder):
    place = Path(folder.tasks.source)
    for asked in (TEST_TASKS, VALIDATION_TASKS):
        name = task_splits(folder).tasks(asked)[0].name
        path = place / f"{name}.json"
        whole = path.read_text()
        document = json.loads(whole)
        del document["test"][0]["output"]
        path.write_text(json.dumps(document))
        with pytest.raises(ArcError, match=f"task {name}, test 0: its answer is not known, and {asked}"):
            task_splits(folder).tasks(VALIDATION_TASKS)
        path.write_text(whole)
    asked = {task.name for part in (TEST_TASKS, VALIDATION_TASKS) for task in task_splits(folder).tasks(part)}
    name = min({f"t{number:02}" for number in range(11)} - asked)
    document = json.loads((place / f"{name}.json").read_text())
    del document["test"][0]["output"]
    (place / f"{name}.json").write_text(json.dumps(document))
    shown = [each for task in task_splits(folder).shown for each in task if each.task == name]
    assert len(shown) == 2
    assert all(each.answer is not None for each in shown)


def test_families_that_are_held_out_are_never_trained():
    config = replace(CONFIG, families=FamiliesConfig(names=("swap",), held_out=("colour_map",)))
    found = task_splits(config)
    assert {each.family for each in found.training(0, 0)} == {"swap"}
    assert found.names == (VALIDATION, SEEN, "test/colour_map")
