import numpy as np
import pytest

from object_persistence.clips.prepared import PreparedClip, seen_so_far
from object_persistence.detection.detections import Detections


def drawn_clip(
    count: int, seed: int = 0, *, time: int = 16, channels: int = 1, size: int = 9
) -> PreparedClip:
    """A clip of so many detections, about three to a track, with whatever content and labels."""
    rng = np.random.default_rng(seed)
    found = Detections.of(
        rng.integers(time, size=count),
        *rng.uniform(0, 63, (2, count)),
        sigma=rng.uniform(1, 3, count),
        response=rng.uniform(0.1, 0.4, count),
        snr=rng.uniform(4, 20, count),
    )
    tracks = rng.integers(max(1, count // 3), size=count)
    truth = rng.integers(-1, 4, size=count)
    return PreparedClip(
        name=f"clip-{seed}",
        detections=found,
        patches=rng.uniform(size=(count, channels, size, size)).astype(np.float32),
        tracks=tracks,
        truth=truth,
        persistent=truth > 1,
        kind=["persistent" if each > 1 else "flash" for each in truth],
        seen=seen_so_far(tracks),
        duration=np.where(truth < 0, 0, rng.integers(1, 16, size=count)),
        remaining=np.where(truth < 0, 0, rng.integers(9, size=count)),
        time=time,
        height=64,
        width=64,
    )


@pytest.fixture(name="drawn_clip", scope="session")
def _drawn_clip():
    return drawn_clip
