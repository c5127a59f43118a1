from hypothesis import given

from arc_context import episodes, leave_one_out
from arc_context.testing import tasks


@given(tasks(answers=False))
def test_every_test_pair_is_asked_beside_all_train_pairs(task):
    asked = episodes(task)
    assert [each.index for each in asked] == list(range(len(task.test)))
    for each, pair in zip(asked, task.test, strict=True):
        assert each.support == task.train
        assert each.query is pair.input
        assert each.answer is pair.output
        assert (each.task, each.family) == (task.name, task.family)


@given(tasks())
def test_a_train_pair_that_is_asked_is_not_shown(task):
    asked = leave_one_out(task)
    assert len(asked) == len(task.train)
    for each, pair in zip(asked, task.train, strict=True):
        assert pair not in each.support
        assert [other for other in task.train if other is not pair] == list(each.support)
        assert (each.query, each.answer) == (pair.input, pair.output)
