"""The peak of a run is its own, whatever the process held before."""

import sys

import numpy as np
import pytest
import torch

from searchlight import memory
from searchlight.memory import Peak

CPU = torch.device("cpu")
MEGABYTES = 1_000_000
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a peak begin again")


@on_linux
def test_what_an_earlier_run_held_and_freed_is_not_counted():
    earlier = Peak(CPU)
    held = np.ones(400 * MEGABYTES, np.uint8)
    before = earlier.bytes()
    del held
    assert Peak(CPU).bytes() < before - 300 * MEGABYTES


@on_linux
def test_what_is_held_since_is_counted_though_it_was_freed():
    peak = Peak(CPU)
    before = peak.bytes()
    held = np.ones(300 * MEGABYTES, np.uint8)
    del held
    assert peak.bytes() > before + 250 * MEGABYTES


def test_a_peak_that_cannot_begin_again_is_not_told(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "CLEAR", tmp_path / "no folder" / "clear_refs")
    assert Peak(CPU).bytes() is None
