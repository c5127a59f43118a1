"""Wall time of the whole working-memory pipeline from nothing: stimuli, backbone, features, training, evaluation.

Run with `uv run tools/bench_training.py`: one gated model on all nine tasks, with an empty cache and an empty folder.
"""

import os
import subprocess
import sys
import tempfile
import time

TARGET = 180.0
COMMAND = ("-m", "searchlight", "train", "working_memory/gated_mtmf", "--seeds", "0")


def seconds_from_nothing() -> float:
    """Seconds of the command in a process of its own, its imports included."""
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, *COMMAND], cwd=place, env={**os.environ, "XDG_CACHE_HOME": place}, check=True
        )
        return time.perf_counter() - began


if __name__ == "__main__":
    seconds = seconds_from_nothing()
    print(
        f"searchlight {' '.join(COMMAND[2:])}: {seconds / TARGET:.2f} of the target of {TARGET / 60:.0f} min"
    )
