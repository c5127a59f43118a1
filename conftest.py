"""What every test of the workspace stands on: fixed seeds, one thread, no lasting change of global state."""

import importlib.util
import os

import pytest
from hypothesis import settings

settings.register_profile("dev", max_examples=20, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_xdist_auto_num_workers(config):
    """All cores where the whole suite runs; where files are named, none beside the process that was called."""
    return os.cpu_count() if config.args_source is config.ArgsSource.TESTPATHS else 0


def pytest_collection_modifyitems(items):
    """Skip what is marked gpu where no CUDA device is."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked:
        import torch

        if not torch.cuda.is_available():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason="no CUDA device"))


def torch_state() -> tuple:
    """What a test could leave behind in torch; empty where a package is tested without it."""
    if importlib.util.find_spec("torch") is None:
        return ()
    import torch

    return torch.get_default_dtype(), torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled()


@pytest.fixture(autouse=True)
def seeded():
    """Seed NumPy and torch, one thread each, and fail a test that leaves torch's global settings changed."""
    import numpy as np

    np.random.seed(0)  # noqa: NPY002 - libraries under test may still draw from the global generator
    before = torch_state()
    if before:
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(0)
    yield
    assert torch_state() == before, f"the test changed torch's global state from {before} to {torch_state()}"
