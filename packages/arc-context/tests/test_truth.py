"""Which support cells settle a test cell, put together from what families say of one cell."""

import numpy as np
import pytest

from arc_context.configuration import FamiliesConfig
from arc_context.families.generated import GeneratedTasks
from arc_context.families.registry import FAMILIES
from arc_context.questions import Question, questions
from arc_context.tasks.task import Pair, Task
from arc_context.truth import NONE, determined, in_one_frame, marked


def first(family):
    limits = FamiliesConfig(names=(family,), held_out=(), sides=(3, 5), pairs=(2, 3))
    return questions(GeneratedTasks((family,), limits, range(1)))[0]


@pytest.mark.parametrize("family", ["colour_map", "keep_colours", "swap", "reveal", "reveal_mirrored"])
def test_every_test_cell_has_the_cells_that_its_family_says_settle_it(family):
    question = first(family)
    found = determined(question)
    for at in np.ndindex(question.pair.input.shape):
        said = FAMILIES[family].determining(question.task, question.test, *at)
        if said is None or not any(each.any() for each in said):
            assert found.group[at] == NONE
        else:
            np.testing.assert_array_equal(found.cells[found.group[at]], in_one_frame(said))
    assert set(found.group.ravel()) - {NONE} == set(range(len(found.cells)))


def test_test_cells_of_one_colour_share_a_group():
    question = first("colour_map")
    group, shown = determined(question).group, question.pair.input
    pairs = {(int(colour), int(number)) for colour, number in zip(shown.ravel(), group.ravel(), strict=True)}
    assert len(pairs) == len(np.unique(shown)) == group.max() + 1


def test_families_that_say_of_no_cell_what_settles_it_have_no_truth():
    assert determined(first("mirror")) is None
    assert marked(first("mirror")) is None
    assert marked(first("copy_to_marker")).sum() >= 1


def test_a_task_that_was_read_has_no_truth():
    grid = np.zeros((2, 2), dtype=np.int8)
    task = Task("read", (Pair(grid, grid),), (Pair(grid, grid),))
    assert determined(Question(task, 0)) is None
    assert marked(Question(task, 0)) is None


def test_grids_of_any_size_share_a_frame():
    frame = in_one_frame((np.ones((2, 1), bool), np.ones((1, 3), bool)))
    assert frame.shape == (2, 2, 3)
    assert frame.sum() == 5
    assert frame[0, :, 0].all()
    assert frame[1, 0].all()
