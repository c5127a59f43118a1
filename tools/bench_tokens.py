"""How fast detections become tokens, and clips judgements: `uv run tools/bench_tokens.py [--clips 60] [--dim 64]`.

On one thread, in CPU time of the process: the tokenizer over clips one by one and twenty at a time, the forward pass of
the whole model, and a step of training.
"""

import argparse
import time
from collections.abc import Callable

import torch

from object_persistence import (
    BlobVideos,
    PersistenceConfig,
    PersistenceLoss,
    PersistenceTransformer,
    TokenBatch,
    make_detector,
    make_linker,
    prepare,
    split_seeds,
)
from object_persistence.configuration import LossConfig, ModelConfig

AT_ONCE = 20


def seconds(task: Callable[[], object], repeats: int = 5) -> float:
    """CPU time of the fastest of some runs."""
    found = []
    for _ in range(repeats):
        began = time.process_time()
        task()
        found.append(time.process_time() - began)
    return min(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--dim", type=int, default=64)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    config = PersistenceConfig()
    videos = BlobVideos(config.videos, split_seeds(config.videos)["train"])
    detector, linker = make_detector(config.detection), make_linker(config.linking)
    clips = [prepare(videos[each], detector, linker) for each in range(asked.clips)]
    single = [TokenBatch.of([clip]) for clip in clips]
    batches = [TokenBatch.of(clips[start : start + AT_ONCE]) for start in range(0, len(clips), AT_ONCE)]
    model, loss = PersistenceTransformer(ModelConfig(dim=asked.dim)).eval(), PersistenceLoss(LossConfig())
    tokens = sum(len(clip) for clip in clips)
    with torch.no_grad():
        tasks = {
            "tokenizer, clip by clip": lambda: [model.tokenizer(each) for each in single],
            f"tokenizer, {AT_ONCE} clips at a time": lambda: [model.tokenizer(each) for each in batches],
            f"model, {AT_ONCE} clips at a time": lambda: [model(each) for each in batches],
        }
        for name, task in tasks.items():
            print(f"{name:36}{tokens / seconds(task):10,.0f} detections per second")
    step = seconds(lambda: loss(model, batches[0]).backward())
    print(f"{f'gradient of {AT_ONCE} clips':36}{1000 * step:10,.0f} ms")


if __name__ == "__main__":
    main()
