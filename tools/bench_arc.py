"""What it costs to look support pixels up: `uv run tools/bench_arc.py [--repeats 9] [--json]`.

A step of training, forward, backward and AdamW, of the solver without support (none), with pooled support (film) and
with attention to every support cell (cross_attention), brought once, or again before every further step of the solver.
Three train pairs: 10 × 10 with four tasks in a batch, and 30 × 30 with one. One thread. All ways are measured in turn
in one run: CPU milliseconds are the least of all repeats; ratios, to film in every step as its presets have it, the
median of the rounds. Memory is what one step adds to the resident memory of a process of its own.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is imported: idle threads would be counted as work

import argparse
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attention_rows.row import peak_memory, seconds
from torch import Tensor

from arc_context import ArcLoss, EpisodeBatch, ModelConfig, Pair, Task, arc_model, episodes
from arc_context.configuration import LossConfig
from searchlight import console

AGAIN = ", every step"
"""Ends the ways in which the support is brought before every step of the solver, and not once."""
MODES = ("none", "film", f"film{AGAIN}", "cross_attention", f"cross_attention{AGAIN}")
REFERENCE = f"film{AGAIN}"
"""As its presets have it."""
PAIRS = 3
SIZES = {10: 4, 30: 1}
"""Tasks in a batch by the side of their grids."""
MOST_TIME, MOST_MEMORY = 1.3, 1.5
"""Of what film takes at 30 × 30, cross-attention should take no more."""
Step = Callable[[], Tensor]

PREPARATION = """
import ctypes, sys
sys.path.insert(0, {tools!r})
import bench_arc as bench
small, step = (bench.step_of({mode!r}, each) for each in (4, {side}))
def warm_up():
    small()
    ctypes.CDLL(None).malloc_trim(0)
"""


@dataclass(frozen=True)
class Cost:
    """A way of knowing the support, at one size; ratios are to film in the same run."""

    mode: str
    side: int
    batch: int
    milliseconds: float
    megabytes: float
    time_ratio: float
    memory_ratio: float


def batch_of(side: int) -> EpisodeBatch:
    """Tasks of random grids, all of one size."""
    rng = np.random.default_rng(side)
    asked = []
    for number in range(SIZES.get(side, 1)):
        grids = rng.integers(10, size=(PAIRS + 1, 2, side, side)).astype(np.int8)
        pairs = tuple(Pair(first, second) for first, second in grids)
        asked += episodes(Task(f"task-{number}", pairs[:PAIRS], pairs[PAIRS:]))
    return EpisodeBatch.of(asked)


def step_of(mode: str, side: int) -> Step:
    """A step of training."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    context: Any = mode.removesuffix(AGAIN)
    model = arc_model(ModelConfig(context=context, solver_context=mode.endswith(AGAIN))).train()
    optimiser, loss = torch.optim.AdamW(model.parameters()), ArcLoss(LossConfig())
    batch = batch_of(side)

    def step() -> Tensor:
        optimiser.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimiser.step()
        return value.detach()

    return step


def times(side: int, repeats: int) -> dict[str, list[float]]:
    """Milliseconds of every round by mode; which goes first takes turns."""
    steps = {mode: step_of(mode, side) for mode in MODES}
    for step in steps.values():
        step()
    taken: dict[str, list[float]] = {mode: [] for mode in MODES}
    for repeat in range(repeats):
        turn = repeat % len(MODES)
        for mode in (*MODES[turn:], *MODES[:turn]):
            taken[mode].append(1000 * seconds(steps[mode]))
    return taken


def megabytes(mode: str, side: int) -> float:
    """Memory that a step adds, in a process of its own."""
    tools = str(Path(__file__).parent)
    os.environ["MALLOC_MMAP_THRESHOLD_"] = "65536"  # read when the process starts
    preparation = PREPARATION.format(tools=tools, mode=mode, side=side)
    return peak_memory(preparation, "step()") / 2**20


def costs(side: int, repeats: int) -> list[Cost]:
    """All modes at one size."""
    taken = times(side, repeats)
    memory = {mode: megabytes(mode, side) for mode in MODES}
    rounds = taken[REFERENCE]
    return [
        Cost(
            mode,
            side,
            SIZES[side],
            min(taken[mode]),
            memory[mode],
            statistics.median(mine / theirs for mine, theirs in zip(taken[mode], rounds, strict=True)),
            memory[mode] / memory[REFERENCE],
        )
        for mode in MODES
    ]


def verdicts(found: list[Cost]) -> list[tuple[str, float, float]]:
    """The figures that have a target: what, measured, at most."""
    (one,) = (each for each in found if (each.mode, each.side) == ("cross_attention", 30))
    return [
        ("time over film, 30 × 30", one.time_ratio, MOST_TIME),
        ("memory over film, 30 × 30", one.memory_ratio, MOST_MEMORY),
    ]


def show(found: list[Cost]) -> None:
    """Costs by size and mode, and figures beside their targets."""
    rows = [
        [
            f"{each.side} × {each.side} × {each.batch}",
            each.mode,
            f"{each.milliseconds:.0f}",
            f"{each.time_ratio:.2f}",
            f"{each.megabytes:.0f}",
            f"{each.memory_ratio:.2f}",
        ]
        for each in found
    ]
    columns = ["grids", "context", "ms", "over film", "MB", "over film"]
    console.show_table(columns, rows, words=(0, 1))
    reached = [
        [what, f"{measured:.2f}", f"≤ {most:g}", "yes" if measured <= most else "no"]
        for what, measured, most in verdicts(found)
    ]
    console.show_table(["figure", "measured", "target", "reached"], reached)


def main() -> None:
    """Print the tables, or the costs for a machine."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print for a machine")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = [each for side in SIZES for each in costs(side, options.repeats)]
    if options.json:
        console.show_json([asdict(each) for each in found])
        return
    show(found)


if __name__ == "__main__":
    main()
