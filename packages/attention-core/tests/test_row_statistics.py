import numpy as np
import pytest
import torch

from attention_core.row_statistics import largest_places


@pytest.mark.parametrize("keys", [9, 200, 300, 1600, 9061])
@pytest.mark.parametrize("k", [0, 1, 8])
@pytest.mark.parametrize("levels", [2, 300, 10**6])
def test_the_largest_places_are_those_of_a_stable_sort(keys, k, levels):
    values = torch.randint(levels, (3, 20, keys)).double()
    expected = np.argsort(-values.numpy(), axis=-1, kind="stable")[..., :k]
    np.testing.assert_array_equal(largest_places(values, k), expected)


def test_largest_places_are_found_in_mapped_functions():
    values = torch.randint(5, (3, 4, 700)).double()
    found = torch.func.vmap(lambda each: largest_places(each, 6))(values)
    assert torch.equal(found, largest_places(values, 6))


def test_equals_among_all_tiles_come_in_their_order():
    assert largest_places(torch.ones(2, 3000), 5).tolist() == [[0, 1, 2, 3, 4]] * 2
