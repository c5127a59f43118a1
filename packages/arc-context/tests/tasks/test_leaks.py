import numpy as np
import pytest
from hypothesis import given

from arc_context import ArcError, Pair, Task, refuse_leaks, shared_tasks, without_leaks
from arc_context.testing import tasks

GRIDS = [np.full((2, 2), colour, np.int8) for colour in range(10)]


def task(name, train, test=((8, 9),)):
    """A task of grids of one colour each; None is an answer that is not known."""
    train, test = (
        tuple(Pair(GRIDS[given], None if answer is None else GRIDS[answer]) for given, answer in pairs)
        for pairs in (train, test)
    )
    return Task(name, train, test)


def test_a_name_in_both_is_found_whatever_its_grids():
    shared = shared_tasks([task("a", [(0, 1)], [(2, 3)])], [task("a", [(4, 5)], [(6, 7)])])
    assert (shared.names, shared.pairs) == (("a",), ())


def test_an_input_with_its_output_in_both_is_found_under_any_name():
    shared = shared_tasks([task("a", [(0, 1), (2, 3)])], [task("b", [(5, 6)], [(2, 3)])])
    assert shared.pairs == shared.renamed == (("a", "b"),)
    assert shared.first == {"a"}


def test_an_input_alone_is_no_leak():
    assert not shared_tasks([task("a", [(0, 1)], [(2, 3)])], [task("b", [(0, 2)], [(2, 4)])])


def test_a_whole_task_is_found_where_no_answer_is_known():
    first, second = task("a", [(0, 1)], [(2, None)]), task("b", [(0, 1)], [(2, 3)])
    assert shared_tasks([first], [second]).renamed == (("a", "b"),)


@given(tasks())
def test_a_set_shares_all_of_its_tasks_with_itself(one):
    shared = shared_tasks([one], [one])
    assert shared.names == (one.name,)
    assert shared.pairs == ((one.name, one.name),)
    assert without_leaks([one], [one])[0] == ()


def test_what_is_left_out_is_told():
    training = [task("a", [(0, 1)]), task("b", [(2, 3)], [(3, 4)]), task("c", [(4, 5)], [(5, 6)])]
    held_out = [task("z", [(2, 3)], [(6, 6)]), task("c", [(7, 7)], [(6, 5)])]
    kept, shared = without_leaks(training, held_out)
    assert kept == (training[0],)
    assert str(shared) == "1 by name (c), 1 by their grids under other names (b = z)"


def test_leaks_are_refused_with_some_of_their_names():
    first = [task(name, [(0, 1)]) for name in "abcde"]
    second = [task(name, [(2, 3)], [(3, 3)]) for name in "abcd"]
    with pytest.raises(ArcError, match=r"mine and yours share 4 by name \(a, b, c …\), 0 by their grids"):
        refuse_leaks(first, second, ("mine", "yours"))
    refuse_leaks(first[4:], second)
