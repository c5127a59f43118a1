"""The cheapest matching, against every matching there is."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_persistence.linking.assignment import assign

COSTS = st.integers(0, 4).flatmap(
    lambda rows: st.integers(0, 4).flatmap(
        lambda columns: st.lists(
            st.one_of(st.floats(0, 10), st.just(np.inf)), min_size=rows * columns, max_size=rows * columns
        ).map(lambda flat: np.array(flat, dtype=float).reshape(rows, columns))
    )
)


def cheapest(cost, limit):
    """The least cost over all partial matchings: a row goes to a column of its own, or is left alone."""
    rows, columns = cost.shape
    size = max(rows, columns)
    square = np.full((size, size), limit)
    square[:rows, :columns] = np.minimum(cost, limit)
    extra = (size - min(rows, columns)) * limit
    return min(square[range(size), list(p)].sum() for p in permutations(range(size))) - extra


@given(COSTS, st.floats(0.5, 9))
def test_no_matching_is_cheaper(cost, limit):
    rows, columns = assign(cost, limit)
    assert len(set(rows)) == len(rows) == len(set(columns)) == len(columns)
    assert (cost[rows, columns] < limit).all()
    total = cost[rows, columns].sum() + limit * (min(cost.shape) - len(rows))
    assert total == pytest.approx(cheapest(cost, limit))


def test_what_nothing_reaches_is_left_alone():
    rows, columns = assign(np.array([[np.inf, np.inf], [1.0, np.inf]]), 5.0)
    assert (rows.tolist(), columns.tolist()) == ([1], [0])
