import numpy as np
import pytest

from arc_context.configuration import FamiliesConfig
from arc_context.families.generated import generated_task
from arc_context.families.registry import FAMILIES
from arc_context.families.rules import RuleFamily

RULED = sorted(name for name, family in FAMILIES.items() if isinstance(family, RuleFamily))


@pytest.mark.parametrize("name", RULED)
def test_some_rules_fit_the_train_pairs_and_all_of_them_give_the_answer_of_every_test(tasks, families, name):
    """The family's rules are enumerated, colours and all: whoever knows the family can know the answer."""
    family = families[name]
    every = sum(1 for _ in family.rules())
    for task in tasks(name, count=5 if every < 1000 else 1, sides=(3, 5), pairs=(1, 2), test_pairs=2):
        fitting = family.fitting(task)
        assert 0 < len(fitting) < every
        for rule in fitting:
            for pair in task.test:
                answer = family.output(pair.input, rule)
                assert answer is not None
                assert np.array_equal(answer, pair.output)


@pytest.mark.parametrize("name", ["commonest", "sort_bars", "gravity", "halves"])
def test_draws_that_leave_two_answers_are_thrown_away(families, name, monkeypatch):
    """Without that, few and small train pairs leave some task open."""
    family, limits = families[name], FamiliesConfig(sides=(3, 4), pairs=(1, 1))

    def left_open():
        drawn = (generated_task(name, limits, seed) for seed in range(30))
        return [task for task in drawn if len(set(answers(family, task))) > 1]

    assert not left_open()
    monkeypatch.setattr(RuleFamily, "ambiguous", lambda *_: False)
    assert left_open()


def answers(family, task):
    """What the fitting rules of the task's own colours say."""
    colours = {colour for grid in task.grids() for colour in grid.ravel().tolist()}
    pairs = [(pair.input, pair.output) for pair in task.train]
    for rule in family.rules(sorted(colours)):
        if family.fits(rule, pairs):
            answer = family.output(task.test[0].input, rule)
            yield None if answer is None else (answer.shape, answer.tobytes())
