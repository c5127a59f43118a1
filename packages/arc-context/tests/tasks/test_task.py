import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_context import ArcError, Pair, Task
from arc_context.testing import grids, tasks

DOCUMENT = {
    "train": [
        {"input": [[0, 1], [2, 3]], "output": [[1]]},
        {"input": [[4, 5, 6]], "output": [[6, 5, 4]]},
    ],
    "test": [{"input": [[7]], "output": [[8], [9]]}, {"input": [[0, 0]]}],
}


def changed(*path, to):
    """The document with one place in it replaced."""
    document = copy.deepcopy(DOCUMENT)
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return document


def test_a_document_is_read_as_written():
    task = Task.from_document("t", DOCUMENT)
    assert [pair.input.tolist() for pair in task.train] == [[[0, 1], [2, 3]], [[4, 5, 6]]]
    assert task.test[0].output is not None
    assert task.test[0].output.tolist() == [[8], [9]]
    assert task.test[1].output is None
    assert {grid.dtype for grid in task.grids()} == {np.dtype(np.int8)}


@given(tasks(answers=False))
def test_what_is_written_is_read_again(task):
    again = Task.from_document(task.name, task.to_document())
    assert again.to_document() == task.to_document()
    assert again.fingerprint == task.fingerprint


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("train", 1, "input"), [], "task t, train 1 input: expected a list of rows"),
        (
            ("train", 1, "input"),
            [[]],
            "task t, train 1 input: expected 1 to 30 cells to each side, got 1 × 0",
        ),
        (("train", 1, "input"), [[1] * 31], "train 1 input: expected 1 to 30 cells to each side, got 1 × 31"),
        (("train", 1, "input"), [[1]] * 31, "train 1 input: expected 1 to 30 cells to each side, got 31 × 1"),
        (("train", 0, "output"), [[1, 2], [3]], "train 0 output, row 1: expected 2 cells as in row 0, got 1"),
        (("test", 0, "output"), [[1], [10]], "test 0 output, row 1, column 0: .* 0 to 9, got 10"),
        (("test", 0, "input"), [[1, -1]], "test 0 input, row 0, column 1: .* got -1"),
        (("test", 0, "input"), [[1.0]], "test 0 input, row 0, column 0: .* got 1.0"),
        (("test", 0, "input"), [[True]], "test 0 input, row 0, column 0: .* got True"),
        (("test", 0, "input"), [["1"]], "test 0 input, row 0, column 0: .* got '1'"),
        (("test", 0, "input"), ["12"], "test 0 input: expected a list of rows"),
        (("test", 0, "input"), None, "test 0 input: expected a list of rows of colours, got None"),
        (("train", 0, "output"), None, "task t, train 0: expected an output, got none"),
        (("train", 0), {"output": [[1]]}, "task t, train 0: expected .* got the keys output"),
        (
            ("train", 1, "note"),
            "x",
            "task t, train 1: note would be left out; expected input and output only",
        ),
        (("test", 0, "outptu"), [[1]], "task t, test 0: outptu would be left out"),
        (("train",), [], "task t: expected 1 to 10 train pairs, got 0"),
        (("train",), DOCUMENT["train"] * 6, "task t: expected 1 to 10 train pairs, got 12"),
        (("train",), "pairs", "task t, train: expected a list of pairs"),
        (("test",), [], "task t: expected 1 test pair or more, got none"),
        (("more",), DOCUMENT["train"], "task t: more would be left out"),
    ],
)
def test_what_is_refused_is_named(path, value, said):
    with pytest.raises(ArcError, match=said):
        Task.from_document("t", changed(*path, to=value))


@pytest.mark.parametrize("document", [[], {"train": []}, "task", {}])
def test_a_document_of_another_form_is_refused(document):
    with pytest.raises(ArcError, match=r"task t: expected \{\"train\""):
        Task.from_document("t", document)


def test_a_name_beside_the_pairs_does_no_harm():
    assert Task.from_document("t", changed("id", to="t")).name == "t"


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        (np.full((1, 2), 10, np.int8), "train 0 input, row 0, column 0: .* got 10"),
        (np.zeros((0, 2), np.int8), "train 0 input: expected a list of rows"),
        (np.zeros((2, 31), np.int8), "train 0 input: expected 1 to 30"),
    ],
)
def test_a_task_made_of_arrays_is_checked_as_well(grid, said):
    one = np.zeros((1, 1), np.int8)
    with pytest.raises(ArcError, match=said):
        Task("t", (Pair(grid, one),), (Pair(one, None),))


@given(tasks(), st.randoms(use_true_random=False))
def test_the_fingerprint_knows_neither_name_nor_order_nor_answers(task, rng):
    train, test = list(task.train), [Pair(pair.input, None) for pair in task.test]
    rng.shuffle(train)
    rng.shuffle(test)
    assert Task("other", tuple(train), tuple(test), "a family").fingerprint == task.fingerprint


@given(tasks(), grids())
def test_the_fingerprint_knows_what_is_asked(task, grid):
    other = Task(task.name, task.train, (*task.test, Pair(grid, None)))
    assert other.fingerprint != task.fingerprint


def test_the_fingerprint_knows_shapes():
    one, other = np.zeros((1, 4), np.int8), np.zeros((2, 2), np.int8)
    prints = {Task("t", (Pair(grid, one),), (Pair(one, None),)).fingerprint for grid in (one, other)}
    assert len(prints) == 2


def test_sizes():
    task = Task.from_document("t", DOCUMENT)
    assert task.largest_side == 3
    assert not task.same_size
    assert Task("t", task.train[1:], task.test[1:]).same_size
    assert not Task("t", task.train[1:], task.test).same_size
