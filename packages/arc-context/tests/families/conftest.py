import pytest

from arc_context.configuration import FamiliesConfig
from arc_context.families.generated import generated_task
from arc_context.families.registry import FAMILIES


@pytest.fixture
def tasks():
    def drawn(name, count=40, **limits):
        return [generated_task(name, FamiliesConfig(**limits), seed) for seed in range(count)]

    return drawn


@pytest.fixture
def families():
    return FAMILIES
