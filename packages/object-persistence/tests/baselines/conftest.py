import numpy as np
import pytest

from object_persistence.clips.prepared import PreparedClip, seen_so_far
from object_persistence.detection.detections import Detections


def clip_of(tracks, lasts=(), name="clip", time=16, patches=None):
    """A clip of straight tracks: for each its frames, the place in frame 0 and the velocity, in pixels per frame."""
    rows = [
        (frame, start[0] + velocity[0] * frame, start[1] + velocity[1] * frame, number)
        for number, (frames, start, velocity) in enumerate(tracks)
        for frame in frames
    ]
    rows = np.array(sorted(rows), dtype=float).reshape(-1, 4)
    track = rows[:, 3].astype(np.int64)
    ones = np.ones(len(rows))
    found = Detections.of(
        rows[:, 0], rows[:, 1], rows[:, 2], sigma=2 * ones, response=0.3 * ones, snr=9 * ones
    )
    persistent = np.isin(track, lasts)
    patches = np.full((len(rows), 1, 5, 5), 0.5, dtype=np.float32) if patches is None else patches
    return PreparedClip(
        name=name,
        detections=found,
        patches=patches,
        tracks=track,
        truth=track,
        persistent=persistent,
        kind=["persistent" if each else "flash" for each in persistent],
        seen=seen_so_far(track),
        duration=np.bincount(track)[track] if len(track) else track,
        remaining=np.zeros(len(track), dtype=np.int64),
        time=time,
        height=64,
        width=64,
    )


def drawn_clip(seed):
    """One to three tracks that last, whole or in two halves, and flashes of 1 to 3 frames."""
    rng = np.random.default_rng(seed)
    tracks, lasts = [], []
    for _ in range(rng.integers(1, 4)):
        lasts.append(len(tracks))
        tracks.append((range(rng.integers(0, 4), rng.integers(10, 17)), *line(rng)))
    for _ in range(rng.integers(6, 12)):
        start = rng.integers(0, 15)
        tracks.append((range(start, min(16, start + rng.integers(1, 4))), *line(rng)))
    return clip_of(tracks, lasts, name=f"clip-{seed}")


def line(rng):
    return tuple(rng.uniform(15, 45, 2)), tuple(rng.uniform(-1, 1, 2))


@pytest.fixture(scope="session")
def learned():
    return [drawn_clip(seed) for seed in range(30)]


@pytest.fixture(scope="session")
def asked():
    return [drawn_clip(seed) for seed in range(100, 110)]


@pytest.fixture(scope="session")
def empty():
    return clip_of([], name="empty")
