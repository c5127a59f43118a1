"""Wall time of what a newcomer waits for, each from nothing: pictures, backbone, features, training, evaluation.

Run with `uv run tools/bench_training.py [NAME …]` on a machine that does nothing else, once the program has been used
before (the first start of any Python program compiles its libraries). Every pipeline starts with an empty cache.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Pipeline:
    """Commands that are run one after the other, and the seconds they may take together."""

    seconds: float
    commands: tuple[str, ...]


PIPELINES = {
    "one": Pipeline(180, ("train working_memory/gated_mtmf --seeds 0",)),
    "ten": Pipeline(600, tuple(f"train working_memory/{arm} --seeds 0..4" for arm in ("gated_mtmf", "mtmf"))),
    "demo": Pipeline(300, ("demo",)),
    "quick": Pipeline(60, ("demo --quick",)),
}


def seconds_of(pipeline: Pipeline) -> float:
    """Seconds of the commands, each in a process of its own, imports included, with a cache of their own."""
    with tempfile.TemporaryDirectory() as place:
        surroundings = {**os.environ, "XDG_CACHE_HOME": place}
        began = time.perf_counter()
        for command in pipeline.commands:
            words = [sys.executable, "-m", "searchlight", *command.split()]
            subprocess.run(words, cwd=place, env=surroundings, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(PIPELINES)
    if unknown:
        sys.exit(f"{', '.join(unknown)} is no pipeline; expected some of: {', '.join(PIPELINES)}.")
    print(f"{torch.get_num_threads()} cores, from nothing; share of the time that is allowed")
    for name in sys.argv[1:] or PIPELINES:
        pipeline = PIPELINES[name]
        share = seconds_of(pipeline) / pipeline.seconds
        print(f"{name:6} {share:5.2f} of {pipeline.seconds / 60:.0f} min: {'; '.join(pipeline.commands)}")
