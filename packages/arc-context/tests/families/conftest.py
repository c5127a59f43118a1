import numpy as np
import pytest

from arc_context.configuration import FamiliesConfig
from arc_context.families.generated import generated_task
from arc_context.families.registry import FAMILIES
from arc_context.families.rules import Rule


@pytest.fixture
def tasks():
    """Tasks of a family, from its first seeds."""

    def drawn(name, count=40, **limits):
        return [generated_task(name, FamiliesConfig(**limits), seed) for seed in range(count)]

    return drawn


@pytest.fixture
def families():
    return FAMILIES


@pytest.fixture
def makes():
    """What a family's rule makes of a grid; rows are parted by spaces, a point is colour 0, the background."""

    def made(name, form, given, colours=(0, 1, 2)):
        family = FAMILIES[name]
        found = family.output(grid_of(given), Rule(form, colours[: family.roles]))
        if found is None:
            return None
        assert found.dtype == np.int8
        return rows_of(found)

    return made


def grid_of(rows):
    return np.array([[int(cell.replace(".", "0")) for cell in row] for row in rows.split()], dtype=np.int8)


def rows_of(grid):
    return " ".join("".join(map(str, row)) for row in grid.tolist()).replace("0", ".")
