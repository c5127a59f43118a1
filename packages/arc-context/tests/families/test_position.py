import numpy as np
import pytest

MIRRORS = {"left-right": lambda row, column, shape: (row, shape[1] - 1 - column)}
MIRRORS["up-down"] = lambda row, column, shape: (shape[0] - 1 - row, column)


def mask_of(task):
    """The one colour that all inputs hold and no output does."""
    inputs = [set(pair.input.ravel().tolist()) for pair in (*task.train, *task.test)]
    outputs = [set(pair.output.ravel().tolist()) for pair in (*task.train, *task.test)]
    (mask,) = set.union(*inputs) - set.union(*outputs)
    return mask


def revealed(task):
    """place -> colours that train pairs reveal there."""
    shown, mask = {}, mask_of(task)
    for pair in task.train:
        for place in zip(*np.nonzero(pair.input == mask), strict=True):
            shown.setdefault(place, set()).add(int(pair.output[place]))
    return shown


@pytest.mark.parametrize("name", ["reveal", "reveal_mirrored"])
def test_what_is_not_masked_stays(tasks, name):
    for task in tasks(name):
        mask = mask_of(task)
        for pair in (*task.train, *task.test):
            kept = pair.input != mask
            assert (pair.input[kept] == pair.output[kept]).all()


def test_every_masked_cell_of_a_test_is_revealed_by_the_support(tasks):
    for task in tasks("reveal", test_pairs=2):
        shown, mask = revealed(task), mask_of(task)
        for pair in task.test:
            for place in zip(*np.nonzero(pair.input == mask), strict=True):
                assert shown[place] == {int(pair.output[place])}


def test_one_mirroring_only_agrees_with_the_support_and_it_answers_every_test(tasks):
    for task in tasks("reveal_mirrored", test_pairs=2):
        shown, mask, shape = revealed(task), mask_of(task), task.test[0].input.shape
        agreeing = [
            mirror
            for mirror in MIRRORS.values()
            if all(shown.get(mirror(*place, shape), colours) == colours for place, colours in shown.items())
            and all(place in shown or mirror(*place, shape) in shown for place in np.ndindex(shape))
        ]
        (mirror,) = agreeing
        for pair in task.test:
            asked = list(zip(*np.nonzero(pair.input == mask), strict=True))
            assert asked
            assert not set(asked) & shown.keys()
            assert all(shown[mirror(*place, shape)] == {int(pair.output[place])} for place in asked)


@pytest.mark.parametrize("name", ["reveal", "reveal_mirrored"])
def test_determining_cells_are_one_place_in_pairs_that_reveal_the_answer(tasks, families, name):
    for task in tasks(name, count=15):
        mask, test = mask_of(task), task.test[0]
        for row, column in np.ndindex(test.input.shape):
            cells = families[name].determining(task, 0, row, column)
            if test.input[row, column] != mask:
                assert cells is None
                continue
            places = {place for each in cells for place in zip(*np.nonzero(each), strict=True)}
            assert len(places) == 1
            assert (places == {(row, column)}) == (name == "reveal")
            for pair, each in zip(task.train, cells, strict=True):
                assert (pair.output[each] == test.output[row, column]).all()
                assert (pair.input[each] == mask).all()
