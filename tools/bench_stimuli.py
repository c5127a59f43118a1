"""What rendering stimuli costs on one thread: `uv run tools/bench_stimuli.py`."""

import time
from collections.abc import Callable

import torch

from perception import GRAMMARS, StimulusDesign
from perception.stimuli import View, draw_solid, render_tiles

TILES, REPEATS = 96, 5


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def tile_cost(size: int) -> float:
    """Least CPU milliseconds per tile over repeated calls that mix all categories."""
    solids = [draw_solid(category, i) for category in GRAMMARS for i in range(TILES // len(GRAMMARS))]
    views = [View(15 + 37 * i, 25) for i in range(len(solids))]
    chunks = [slice(start, start + 32) for start in range(0, TILES, 32)]
    runs = [lambda: [render_tiles(solids[chunk], views[chunk], size) for chunk in chunks]] * REPEATS
    return min(map(seconds, runs)) / TILES * 1000


def frames_cost() -> float:
    """CPU seconds of 10 000 frames of 64 pixels, each solid pasted at four locations."""
    azimuths = tuple(range(0, 250, 10))
    return seconds(
        StimulusDesign(("chair", "vehicle", "plane", "lamp"), identities=25, azimuths=azimuths).render
    )


def main() -> None:
    """Print the costs beside their targets."""
    torch.set_num_threads(1)
    print(f"{'one thread, CPU time':<44}{'measured':>12}{'target':>12}")
    for what, size, target in (
        ("tile of 24 px", 24, "2 ms"),
        ("tile of 32 px", 32, ""),
        ("frame of 64 px", 64, "20 ms"),
    ):
        print(f"{what + ', rendered whole':<44}{tile_cost(size):>9.2f} ms{target:>12}")
    print(f"{'tile of 112 px (half of 224), rendered whole':<44}{tile_cost(112):>9.2f} ms{'':>12}")
    print(f"{'10 000 frames of 64 px from a design':<44}{frames_cost():>10.1f} s{'180 s':>12}")


if __name__ == "__main__":
    main()
