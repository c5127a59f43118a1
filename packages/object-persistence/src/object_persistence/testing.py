"""Made clips and settings for hypothesis, which must be installed, and links that know the truth."""

import random
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from jaxtyping import Int

from object_persistence.clips.matching import match_truth
from object_persistence.detection.detections import Detections
from object_persistence.linking.order import in_order
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.clip import Clip
from object_persistence.videos.configuration import (
    AbsenceConfig,
    AppearanceConfig,
    LookAlikeConfig,
    MotionConfig,
    VideoConfig,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def video_configs() -> "SearchStrategy[VideoConfig]":
    """A hypothesis strategy of settings of small clips, crowded and empty ones among them."""
    from hypothesis import strategies as st

    few = st.sampled_from([(0, 0), (0, 2), (1, 3)])
    absence = st.builds(
        AbsenceConfig,
        late=st.sampled_from([0.0, 0.5, 1.0]),
        early=st.sampled_from([0.0, 0.5, 1.0]),
        shortest=st.integers(4, 8),
        gap=st.sampled_from([(0, 0), (0, 2), (4, 4)]),
        dropout=st.sampled_from([0.0, 0.25, 0.9]),
    )
    motion = st.builds(
        MotionConfig,
        speed=st.sampled_from([(0.0, 0.0), (0.3, 2.0), (5.0, 40.0)]),
        turn=st.sampled_from([(0.0, 0.0), (0.1, 0.5)]),
        every=st.integers(1, 3),
    )
    return st.builds(
        VideoConfig,
        frames=st.integers(8, 14),
        size=st.tuples(st.integers(8, 32), st.integers(8, 32)),
        noise=st.sampled_from([0.0, 0.04]),
        persistent=few,
        transient=st.sampled_from([(0, 0), (1, 1), (4, 9)]),
        appearance=st.builds(
            AppearanceConfig,
            shape=st.sampled_from(["blob", "disc"]),
            colour=st.sampled_from(["grey", "random", "class"]),
        ),
        motion=motion,
        absence=absence,
        look_alikes=st.builds(LookAlikeConfig, blinkers=few, chains=few, beside=few),
    )


def clips() -> "SearchStrategy[Clip]":
    """A hypothesis strategy of made clips with their truth."""
    from hypothesis import strategies as st

    return st.builds(_undisturbed, video_configs(), st.integers(0, 100_000))


def _undisturbed(config: VideoConfig, seed: int) -> Clip:
    """The clip of a seed; beartype draws from Python's global generator, which hypothesis forbids in a strategy."""
    before = random.getstate()
    try:
        return BlobVideos(config, range(seed, seed + 1))[0]
    finally:
        random.setstate(before)


class OracleLinker:
    """Gives every detection the true object that it is matched with, and clutter a track of its own.

    It knows the truth of one clip: for tests of what stands on links, never for a figure that is reported.
    """

    def __init__(self, truth: pl.DataFrame):
        self.truth = truth

    def __call__(self, detections: Detections) -> Int[np.ndarray, " detections"]:
        """The tracks, numbered from 0 in order of appearance."""
        row = match_truth(detections.frame, detections.y, detections.x, self.truth).row
        alone = -1 - np.arange(len(detections))
        objects = np.append(self.truth["track"].to_numpy(), -1)[row]
        return in_order(np.where(row < 0, alone, objects))
