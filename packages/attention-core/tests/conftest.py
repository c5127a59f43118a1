import pytest
from jaxtyping import config


@pytest.fixture
def as_shipped():
    """Switch the shape checks of the tests off, so that bad input meets the library's own errors."""
    before = config.jaxtyping_disable
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", before)
