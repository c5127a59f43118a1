import numpy as np
import pytest

from analysis import AnalysisError
from analysis.inference.group_draws import drawn_again, positions, table

ITEMS = np.arange(6)


def test_positions_are_by_the_groups_name_and_keep_the_items_order():
    found = positions(ITEMS, ["b", "a", "b", "c", "a", "b"])
    assert [part.tolist() for part in found] == [[1, 4], [0, 2, 5], [3]]


def test_every_item_needs_a_label_in_each_list():
    with pytest.raises(AnalysisError, match=r"one label per value \(6\), got 2"):
        positions(ITEMS, list("aabbcc"), ["x", "y"])


@pytest.mark.parametrize("labels", [list("aabbcc"), list("abbccc")], ids=["equal", "unequal"])
def test_groups_are_drawn_whole(labels):
    parts = positions(ITEMS, labels)
    drawn = drawn_again(table(parts), np.random.default_rng(0))
    expected = np.concatenate([parts[i] for i in np.random.default_rng(0).integers(3, size=3)])
    np.testing.assert_array_equal(drawn, expected)
