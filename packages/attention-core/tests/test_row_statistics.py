import numpy as np
import pytest
import torch

from attention_core import row_statistics
from attention_core.row_statistics import largest_places


@pytest.mark.parametrize("keys", [9, 100, 1600, 2061])
@pytest.mark.parametrize("k", [0, 1, 8])
@pytest.mark.parametrize("levels", [2, 300, 10**6])
def test_the_largest_places_are_those_of_a_stable_sort(keys, k, levels):
    values = torch.randint(levels, (3, 20, keys)).double()
    expected = np.argsort(-values.numpy(), axis=-1, kind="stable")[..., :k]
    np.testing.assert_array_equal(largest_places(values, k), expected)


def test_long_rows_are_read_by_tiles(monkeypatch):
    def refuse(rows, k):
        raise AssertionError("read at once")

    monkeypatch.setattr(row_statistics, "_at_once", refuse)
    values = torch.rand(4, 2000)
    assert torch.equal(largest_places(values, 3), values.topk(3).indices)


def test_equals_among_all_tiles_come_in_their_order():
    assert largest_places(torch.ones(2, 3000), 5).tolist() == [[0, 1, 2, 3, 4]] * 2
