from collections.abc import Callable

import numpy as np
import pytest

from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Pair, Task


def planted(
    rule: Callable[[Grid], Grid | None], seed: int = 0, shape: tuple[int, int] = (4, 5), colours: int = 4
) -> Task:
    """A task of random grids, half of their cells one colour; where the rule does not apply, grids are drawn again."""
    rng = np.random.default_rng(seed)
    shares = np.r_[0.5, np.full(colours - 1, 0.5 / (colours - 1))]
    shown: list[Pair] = []
    while len(shown) < 5:
        palette = rng.choice(10, colours, replace=False)
        grid = palette[rng.choice(colours, shape, p=shares)].astype(np.int8)
        if (output := rule(grid)) is not None:
            shown.append(Pair(grid, np.ascontiguousarray(output)))
    return Task("planted", tuple(shown[:-1]), (shown[-1],))


@pytest.fixture(name="planted", scope="session")
def _planted():
    return planted
