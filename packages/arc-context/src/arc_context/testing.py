"""Strategies for hypothesis, which must be installed."""

import random
from typing import TYPE_CHECKING

import numpy as np

from arc_context.tasks.grid import COLOURS, Grid
from arc_context.tasks.task import Pair, Task

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def grids(largest: int = 6) -> "SearchStrategy[Grid]":
    """Grids of any colours, 1 to `largest` cells to each side."""
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as arrays

    side = st.integers(1, largest)
    return arrays.arrays(np.int8, st.tuples(side, side), elements=st.integers(0, COLOURS - 1))


def tasks(largest: int = 6, pairs: int = 4, *, answers: bool = True) -> "SearchStrategy[Task]":
    """Tasks of up to `pairs` train and 2 test pairs, of any sizes and no rule.

    Without `answers` those of test pairs may be unknown.
    """
    from hypothesis import strategies as st

    grid = grids(largest)
    train = st.lists(st.tuples(grid, grid), min_size=1, max_size=pairs)
    answer = grid if answers else grid | st.none()
    test = st.lists(st.tuples(grid, answer), min_size=1, max_size=2)
    name = st.integers(0, 16**8 - 1).map(lambda number: f"{number:08x}")
    return st.builds(_undisturbed, name, train, test)


def _undisturbed(name: str, train: list, test: list) -> Task:
    """The task of drawn grids; beartype draws from the global generator, which hypothesis forbids."""
    before = random.getstate()
    try:
        shown, asked = (tuple(Pair(*drawn) for drawn in pairs) for pairs in (train, test))
        return Task(name, shown, asked)
    finally:
        random.setstate(before)
