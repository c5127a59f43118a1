import numpy as np
import pytest

LOOKUPS = ("colour_map", "keep_colours", "swap")


def looked_up(task):
    """colour -> fates, read off the train pairs cell by cell."""
    fates = {}
    for pair in task.train:
        for given, answer in zip(pair.input.ravel().tolist(), pair.output.ravel().tolist(), strict=True):
            fates.setdefault(given, set()).add(answer)
    return fates


@pytest.mark.parametrize("name", LOOKUPS)
def test_the_support_settles_every_cell_of_every_test(tasks, name):
    for task in tasks(name, sides=(2, 8), test_pairs=2):
        fates = looked_up(task)
        for pair in task.test:
            answer = [fates[colour] for colour in pair.input.ravel().tolist()]
            assert [each.pop() if len(each) == 1 else None for each in map(set, answer)] == (
                pair.output.ravel().tolist()
            )


def test_a_colour_map_merges_no_colours(tasks):
    for task in tasks("colour_map"):
        fates = looked_up(task)
        assert len({fate for each in fates.values() for fate in each}) == len(fates)


def test_kept_colours_stay_and_all_others_become_one_that_no_input_holds(tasks):
    for task in tasks("keep_colours"):
        fates = {colour: next(iter(each)) for colour, each in looked_up(task).items()}
        fill = {fate for colour, fate in fates.items() if fate != colour}
        assert len(fill) == 1
        assert not fill & fates.keys()
        assert 0 < sum(fate == colour for colour, fate in fates.items()) < len(fates)


def test_a_swap_exchanges_two_colours_that_every_test_holds(tasks):
    for task in tasks("swap"):
        fates = {colour: next(iter(each)) for colour, each in looked_up(task).items()}
        moved = {colour for colour, fate in fates.items() if fate != colour}
        assert len(moved) == 2
        assert {fates[colour] for colour in moved} == moved
        assert moved <= set(task.test[0].input.ravel().tolist())


@pytest.mark.parametrize("name", LOOKUPS)
def test_determining_cells_hold_the_query_colour_and_its_answer(tasks, families, name):
    for task in tasks(name, count=10):
        for (row, column), colour in np.ndenumerate(task.test[0].input):
            cells = families[name].determining(task, 0, row, column)
            assert len(cells) == len(task.train)
            assert any(each.any() for each in cells)
            for pair, each in zip(task.train, cells, strict=True):
                assert (pair.input[each] == colour).all()
                assert (pair.input[~each] != colour).all()
                assert (pair.output[each] == task.test[0].output[row, column]).all()
