import numpy as np
import pytest

from arc_context.families.registry import FAMILIES
from arc_context.families.rules import RuleFamily

RULED = sorted(name for name, family in FAMILIES.items() if isinstance(family, RuleFamily))


@pytest.mark.parametrize("name", RULED)
def test_some_rules_fit_the_train_pairs_and_all_of_them_give_the_answer_of_every_test(tasks, families, name):
    """The family's rules are enumerated, colours and all: whoever knows the family can know the answer."""
    family = families[name]
    every = sum(1 for _ in family.rules())
    for task in tasks(name, count=5 if every < 1000 else 1, sides=(3, 7), test_pairs=2):
        fitting = family.fitting(task)
        assert 0 < len(fitting) < every
        for rule in fitting:
            for pair in task.test:
                answer = family.output(pair.input, rule)
                assert answer is not None
                assert np.array_equal(answer, pair.output)
