"""A network is judged after a brief training: what is met, what is not, and what to try."""

import math

import pytest
import torch
from torch import nn

from arc_context.questions import questions
from searchlight import arc_validating
from searchlight.arc_validating import few_tasks, gradients, looks, spread, trained_on, validate
from searchlight.cli import main
from searchlight.configuration import load_config, with_settings
from searchlight.errors import UsageError
from searchlight.experiments.arc import Arc

TINY = {
    "families.sides": [3, 4],
    "families.pairs": [2, 3],
    "tasks.train": 6,
    "model.dim": 16,
    "model.heads": 2,
    "model.steps": 2,
}
FLAGS = [
    word
    for name, value in TINY.items()
    for word in (f"--{name}", *map(str, value if isinstance(value, list) else [value]))
]


def arc(**settings):
    return Arc(with_settings(load_config("arc/demo_quick").config, TINY | settings, "test"), 0)


@pytest.fixture(scope="module")
def experiment():
    return arc()


@pytest.fixture(scope="module")
def tasks(experiment):
    return few_tasks(experiment, 3)


def test_tasks_are_distinct_and_those_that_training_shows(experiment, tasks):
    names = [each.name for each in tasks]
    assert len(set(names)) == 3
    assert set(names) <= {each.task for each in experiment.task_splits.training(0, 0)}


def test_training_changes_every_part_and_the_same_seed_gives_the_same_weights(experiment, tasks):
    first, second = (trained_on(experiment, tasks, 1).state_dict() for _ in range(2))
    untrained = experiment.model().state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], untrained[name]) for name in first)


def test_a_part_that_does_nothing_is_named(experiment, tasks):
    model = experiment.model()
    model.idle = nn.ParameterDict({"weight": nn.Parameter(torch.ones(2))})
    found = gradients(experiment, model, questions(tasks))
    assert found.met is False
    assert found.got == "none, or none finite: idle.weight"


def test_a_network_whose_support_features_are_all_alike_is_found(experiment, tasks):
    model = experiment.model()
    with torch.no_grad():
        for each in model.context.parameters():
            each.zero_()
    features = next(each for each in looks(model, questions(tasks)) if each.name == "support features")
    assert features.met is False
    assert "collapsed" in features.advice


def test_uniform_attention_is_spread_over_all_support_cells(experiment, tasks):
    asked = questions(tasks[:1])
    ((_, batch, output),) = experiment.outputs(experiment.model(), asked)
    keys = arc_validating.support_cells(batch).sum()

    class Uniform:
        def entropy(self):
            return torch.full((1, 2, batch.canvas[0].numel()), math.log(keys))

    assert spread(output._replace(attention=(Uniform(),)), batch) == pytest.approx(1.0)


def test_what_a_network_without_support_cannot_be_asked_is_said():
    found = {each.name: each for each in validate(arc(**{"model.context": "none"}), 2, 1)}
    assert found["attention"].met is found["support features"].met is None
    assert found["gradients"].met


def test_a_single_row_of_pooled_features_cannot_differ_from_others():
    found = {each.name: each for each in validate(arc(**{"model.context": "film"}), 1, 1)}
    assert found["support features"].met is None
    assert "there is but one" in found["support features"].got


def test_the_command_ends_with_one_and_says_what_to_try_where_something_is_not_met(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["arc", "validate", "arc/demo_quick", *FLAGS, "--max-tasks", "2", "--max-epochs", "1"])
    assert ended.value.code == 1
    shown = capsys.readouterr().out
    assert "training exact match  0% of 2" in shown
    assert "what to try:" in shown
    assert "More steps (--max-epochs)" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["arc/symbolic"], "symbolic is none"),
        (["persistence/demo_quick"], "is of persistence; expected a configuration of arc"),
        (["arc/demo_quick", "--max-tasks", "0"], "--max-tasks 0: expected at least 1"),
    ],
)
def test_wrong_use_ends_with_two(words, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["arc", "validate", *words])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_baseline_is_refused_before_anything_is_drawn():
    with pytest.raises(UsageError, match="judges networks of kind rlan"):
        validate(arc(**{"model.kind": "copy"}), 1, 1)


@pytest.mark.slow
def test_a_network_that_learns_meets_every_criterion():
    learning = arc(**{"model.dim": 64, "model.heads": 4, "families.names": ["colour_map"]})
    assert [each.met for each in validate(learning, 5, 20)] == [True] * 5
