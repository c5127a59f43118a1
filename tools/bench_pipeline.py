"""What cached feature maps save in training: `uv run tools/bench_pipeline.py`.

One thread, CPU time, one process. ResNet-50 has random weights here: it costs what the trained one costs.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from perception import freeze, resnet50_untrained
from searchlight import fit, load_config
from searchlight.training import Batch, Batches
from working_memory import masked_loss, model_from_config, needs_map

PRESETS = ("mtmf_resnet50", "gated_mtmf_resnet50", "attention_mtmf_resnet50")
IMAGES, CELLS, CHANNELS = 128, 7, 2048
STEPS, BACKBONE_FRAMES, REPEATS = 3, 16, 3
TARGET = 100


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def write_features(folder: Path) -> dict[bool, np.ndarray]:
    """Feature maps of some images and their means, memory-mapped from disk as training reads them."""
    maps = np.random.default_rng(0).random((IMAGES, CHANNELS, CELLS, CELLS), dtype=np.float32)
    np.save(folder / "maps.npy", maps)
    np.save(folder / "pooled.npy", maps.mean((2, 3), keepdims=True))
    names = {True: "maps.npy", False: "pooled.npy"}
    return {spatial: np.load(folder / name, mmap_mode="r") for spatial, name in names.items()}


def draw(features: np.ndarray, sequences: int, frames: int, task_dim: int) -> Iterator[Batch]:
    """Batches of random sequences, their features read from the cache."""
    rng = np.random.default_rng(0)
    for _ in range(STEPS):
        shown = features[rng.integers(IMAGES, size=(sequences, frames))]
        yield {
            "ids": torch.arange(sequences),
            "features": torch.from_numpy(shown),
            "task": torch.rand(sequences, task_dim),
            "targets": torch.from_numpy(rng.integers(3, size=(sequences, frames))),
        }


def step_cost(preset: str, features: dict[bool, np.ndarray]) -> tuple[int, float]:
    """Frames, and CPU seconds for each: reading cached features and taking whole optimiser steps on them."""
    config = load_config(f"working_memory/{preset}").config
    kept, frames = features[needs_map(config.model.kind)], config.tasks.frames
    settings = replace(config.training, epochs=1, device="cpu")
    model = model_from_config(config.model, channels=CHANNELS)
    task_dim = model.task_dim
    batches = Batches(STEPS, lambda epoch: draw(kept, settings.batch_size, frames, task_dim))

    def loss(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
        return masked_loss(model(batch["features"], batch["task"]), batch["targets"])

    total = STEPS * settings.batch_size * frames
    return total, min(seconds(lambda: fit(model, loss, batches, settings)) for _ in range(REPEATS)) / total


@torch.no_grad()
def backbone_cost() -> float:
    """CPU seconds that ResNet-50 takes for one 224-pixel frame, forward only."""
    backbone, images = freeze(resnet50_untrained()), torch.rand(BACKBONE_FRAMES, 3, 224, 224)
    return min(seconds(lambda: backbone(images)) for _ in range(REPEATS)) / BACKBONE_FRAMES


def main() -> None:
    """Print what one training frame costs with and without the cache."""
    torch.set_num_threads(1)
    backbone = backbone_cost()
    print("milliseconds per training frame: CPU time of one thread, least of repeats, all in one run")
    print("ResNet-50: the architecture with random weights, 224-pixel frames, forward only\n")
    print(
        f"{'preset':<26}{'frames':>8}{'cached':>12}{'backbone':>12}{'without / with cache':>24}{'target':>10}"
    )
    with tempfile.TemporaryDirectory() as folder:
        features = write_features(Path(folder))
        for preset in PRESETS:
            frames, cached = step_cost(preset, features)
            costs = f"{cached * 1e3:>9.3f} ms{backbone * 1e3:>9.3f} ms"
            ratio = f"{(backbone + cached) / cached:,.0f} ×"
            print(f"{preset:<26}{frames:>8}{costs}{ratio:>24}{f'≥ {TARGET} ×':>10}")


if __name__ == "__main__":
    main()
