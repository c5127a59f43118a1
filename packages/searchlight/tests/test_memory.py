"""The peak of a run is its own, whatever the process held before."""

import sys

import numpy as np
import pytest
import torch

from searchlight.memory import peak_bytes, reset_peak

CPU = torch.device("cpu")
MEGABYTES = 1_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process begin its peak again")
def test_what_an_earlier_run_held_and_freed_is_not_counted():
    held = np.ones(400 * MEGABYTES, np.uint8)
    before = peak_bytes(CPU)
    del held
    reset_peak(CPU)
    assert peak_bytes(CPU) < before - 300 * MEGABYTES


def test_what_is_held_since_is_counted_though_it_was_freed():
    reset_peak(CPU)
    before = peak_bytes(CPU)
    held = np.ones(300 * MEGABYTES, np.uint8)
    del held
    assert peak_bytes(CPU) > before + 250 * MEGABYTES
