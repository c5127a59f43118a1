"""A cache of their own for all tests, so that nothing is read from or left in the user's."""

import pytest

import searchlight.caching


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Pictures and backbones of the tests, made once."""
    folder = tmp_path_factory.mktemp("cache")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(folder))
    yield searchlight.caching.cache_folder()
    patch.undo()
