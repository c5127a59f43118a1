import pytest
from jaxtyping import config


@pytest.fixture(scope="module")
def unchecked():
    """Gives `unchecked(make)`: what it makes without shape checks, which take longer than the clips themselves."""

    def made(make):
        before = config.jaxtyping_disable
        config.update("jaxtyping_disable", True)
        try:
            return make()
        finally:
            config.update("jaxtyping_disable", before)

    return made
