"""A row of the table, and the clock and scale behind its figures."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

Step = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """A measured ratio beside its targets, which are upper bounds, or lower bounds where more is better."""

    what: str
    setting: str
    measured: float
    must: float
    stretch: float | None = None
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        """Which of its targets the figure reaches."""
        if self._reaches(self.stretch):
            return "stretch"
        return "must" if self._reaches(self.must) else "missed"

    def _reaches(self, target: float | None) -> bool:
        if target is None:
            return False
        return self.measured >= target if self.more_is_better else self.measured <= target


def seconds(step: Step) -> float:
    """CPU seconds of one thread; seconds on the clock where there are several, or a GPU."""
    gpu = torch.cuda.is_available()
    clock = time.process_time if torch.get_num_threads() == 1 and not gpu else time.perf_counter
    start = clock()
    step()
    if gpu:
        torch.cuda.synchronize()
    return clock() - start


def time_ratio(step: Step, reference: Step, repeats: int = 5) -> float:
    """Median ratio of a step's time to that of the reference beside it; which goes first alternates."""
    for warm_up in (step, reference):
        warm_up()
    ratios = []
    for repeat in range(repeats):
        order = (step, reference) if repeat % 2 else (reference, step)
        taken = {each: seconds(each) for each in order}
        ratios.append(taken[step] / taken[reference])
    return statistics.median(ratios)


def peak_memory(preparation: str, step: str, threads: int = 1) -> int:
    """Bytes by which a step raises the resident memory of a process of its own.

    Both are source text; the step is run small first where the preparation offers `warm_up()`.
    """
    program = _PROGRAM.format(preparation=preparation, step=step, threads=threads)
    tools = Path(__file__).parents[1]
    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tools
    )
    return json.loads(printed.stdout)


_PROGRAM = """
import pathlib, resource, torch
torch.set_num_threads({threads})
{preparation}
if "warm_up" in globals():
    warm_up()
def resident():
    fields = pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()
    return int(fields[0]) * 1024
pathlib.Path("/proc/self/clear_refs").write_text("5")
before = resident()
{step}
print(resident() - before)
"""
