"""Which seeds are for training, for validation and for the test."""

from .blob_videos import BlobVideos
from .configuration import CLIPS_PER_SPLIT, VideoConfig
from .hold_outs import HOLD_OUTS, hold_out

BLOCKS = 100
"""Splits that a seed of the splits has room for."""


def split_seeds(config: VideoConfig) -> dict[str, range]:
    """The seeds of train, validation/same, test/same and test/<hold-out>; no two share any.

    Every split has a block of seeds of its own, so that the test stays as it is when training grows.
    """
    splits = config.splits
    sizes = {"train": splits.train, "validation/same": splits.validation, "test/same": splits.test}
    sizes |= {f"test/{name}": splits.test for name in HOLD_OUTS}
    first = splits.seed * BLOCKS * CLIPS_PER_SPLIT
    starts = {name: first + block * CLIPS_PER_SPLIT for block, name in enumerate(sizes)}
    return {name: range(starts[name], starts[name] + size) for name, size in sizes.items()}


def split_videos(config: VideoConfig) -> dict[str, BlobVideos]:
    """The clips of every split; those of a hold-out under its condition."""
    return {name: BlobVideos(_condition(config, name), seeds) for name, seeds in split_seeds(config).items()}


def _condition(config: VideoConfig, split: str) -> VideoConfig:
    name = split.partition("/")[2]
    return hold_out(config, name) if name in HOLD_OUTS else config
