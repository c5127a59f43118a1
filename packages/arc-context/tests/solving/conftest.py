import numpy as np
import pytest

from arc_context.tasks.task import Pair, Task


@pytest.fixture
def task_of_colours():
    """A task whose test input has the colours 1 and 2."""
    grid = np.array([[1, 2]], np.int8)
    return Task("colours", (Pair(grid, grid),), (Pair(grid, grid),))
