import time

import numpy as np
import pytest
import torch

from arc_context import FAMILIES, ModelConfig, Pair, Task, generated_task
from arc_context.augmentation import View
from arc_context.configuration import FamiliesConfig
from arc_context.errors import ArcError
from arc_context.model.factory import arc_model
from searchlight.arc_solving import (
    PuzzleSolver,
    TaskTraining,
    answered,
    chunk_of,
    solver_of,
    task_cnn_solver,
)
from searchlight.arc_solving import episodes as episodes_of

LIMITS = FamiliesConfig(sides=(3, 4), pairs=(3, 3))
TASK = generated_task("colour_map", LIMITS, 5)
"""Colours are replaced; every colour of the test is shown."""


def model_of(**settings):
    torch.manual_seed(0)
    return arc_model(ModelConfig(**{"dim": 16, "heads": 2, "steps": 2, **settings})).eval()


@pytest.fixture(scope="module")
def model():
    return model_of()


def told(solved):
    return [[(each.grid.tolist(), each.weight) for each in votes] for votes in solved.votes]


def test_without_steps_no_weight_changes_and_it_is_called_inductive(model):
    before = {name: each.clone() for name, each in model.state_dict().items()}
    solved = solver_of(model, views=4)(TASK)
    assert (solved.protocol, solved.task, solved.notes) == ("inductive", TASK.name, ())
    assert sum(each.count for each in solved.votes[0]) == 4
    assert all(torch.equal(each, before[name]) for name, each in model.state_dict().items())


def test_training_on_a_task_is_called_transductive_and_leaves_the_model_as_it_was(model):
    before = {name: each.clone() for name, each in model.state_dict().items()}
    solver = solver_of(model, views=2, training=TaskTraining(steps=3))
    assert solver(TASK).protocol == "transductive"
    assert all(torch.equal(each, before[name]) for name, each in model.state_dict().items())
    trained, taken = solver.trained(TASK)
    assert taken == 3
    assert any(not torch.equal(each, before[name]) for name, each in trained.state_dict().items())


def test_the_same_task_is_solved_the_same_whatever_was_solved_before(model):
    solver = solver_of(model, views=3, training=TaskTraining(steps=2))
    first = told(solver(TASK))
    solver(generated_task("swap", LIMITS, 1))
    assert told(solver(TASK)) == first


def test_answers_are_never_looked_at(model):
    unknown = Task(TASK.name, TASK.train, tuple(Pair(pair.input, None) for pair in TASK.test))
    wrong = Task(TASK.name, TASK.train, tuple(Pair(pair.input, pair.input) for pair in TASK.test))
    solver = solver_of(model, views=3, training=TaskTraining(steps=2))
    assert told(solver(unknown)) == told(solver(wrong)) == told(solver(TASK))


@pytest.mark.parametrize("name", ["cnn", "puzzle_embedding"])
def test_what_knows_no_task_learns_one_from_its_own_pairs(name):
    """The test input is one of the train inputs, so that what was learned by heart answers it."""
    known = Task("known", TASK.train, (TASK.train[1],))
    steps = TaskTraining(steps=60, batch_size=3, learning_rate=1e-2)
    if name == "cnn":
        solver = task_cnn_solver(steps)
    else:
        solver = solver_of(model_of(kind="puzzle_embedding"), training=steps, views=1)
        assert isinstance(solver, PuzzleSolver)
        assert solver_of(model_of(kind="puzzle_embedding"), views=1)(known).right(known) == (False,)
    assert solver(known).right(known) == (True,)


def test_training_on_a_task_shows_each_pair_without_its_own_answer(model):
    shown = solver_of(model).shown(TASK)
    for number, episode in enumerate(shown):
        assert episode.query is TASK.train[number].input
        assert all(pair is not TASK.train[number] for pair in episode.support)
        assert len(episode.support) == len(TASK.train) - 1


def test_a_puzzle_is_trained_in_the_views_that_it_is_asked_in():
    solver = solver_of(model_of(kind="puzzle_embedding"), views=3)
    drawn = solver.drawn(TASK)
    trained = {next(drawn) for _ in range(40)}
    asked: set[View] = set()
    seen = View.of_episode

    def noted(view, episode):
        asked.add(view)
        return seen(view, episode)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(View, "of_episode", noted)
        solver(TASK)
    assert trained == asked
    assert len(asked) == 3


def test_a_task_of_one_pair_is_not_trained_on_and_says_so(model):
    single = Task("single", TASK.train[:1], TASK.test)
    solved = solver_of(model, views=1, training=TaskTraining(steps=5))(single)
    assert solved.protocol == "inductive"
    assert "one train pair" in solved.notes[0]


def test_no_step_is_begun_after_the_time_is_over(model):
    began = time.perf_counter()
    solved = solver_of(model, views=1, training=TaskTraining(steps=100_000, seconds=0.3))(TASK)
    assert time.perf_counter() - began < 30
    assert solved.protocol == "transductive"
    assert "of 100000 steps were taken in 0.3 CPU seconds" in solved.notes[0]


def test_a_baseline_is_no_model():
    with pytest.raises(ArcError, match="expected a trained model"):
        solver_of(object())


def test_answers_do_not_hang_on_what_is_answered_with_them(model):
    shown = [each for name in list(FAMILIES)[:4] for each in episodes_of(generated_task(name, LIMITS, 2))]
    with torch.no_grad():
        together, alone = answered(model, shown), [answered(model, [each])[0] for each in shown]
    assert [grid.tolist() for grid, _ in together] == [grid.tolist() for grid, _ in alone]
    np.testing.assert_allclose([sure for _, sure in together], [sure for _, sure in alone], atol=1e-4)


def test_large_grids_are_answered_fewer_at_a_time():
    large = np.zeros((30, 30), np.int8)
    (episode,) = episodes_of(Task("large", (Pair(large, large),) * 10, (Pair(large, None),)))
    assert chunk_of([episode] * 50) == 4
    assert chunk_of(episodes_of(TASK)) == 16
