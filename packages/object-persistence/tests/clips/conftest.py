import numpy as np
import polars as pl
import pytest

from object_persistence.clips.prepared import prepare
from object_persistence.detection.detections import Detections
from object_persistence.videos.clip import Clip


def detector(places, sigma=1.5):
    """A detector that finds these places: frame, y, x."""
    frame, y, x = np.array(places, dtype=float).reshape(-1, 3).T
    return lambda frames: Detections.of(
        frame, y, x, sigma=np.full(len(y), sigma), snr=np.arange(len(y)) + 1.0
    )


TRUTH = {
    # A persistent object over six frames that is hidden in frame 3, and a flash of two frames.
    "track": [0] * 6 + [1] * 2,
    "frame": [0, 1, 2, 3, 4, 5, 1, 2],
    "y": [10.0, 11, 12, 13, 14, 15, 30, 30],
    "x": [20.0] * 6 + [5.0, 6.0],
    "visible": [True, True, True, False, True, True, True, True],
    "persistent": [True] * 6 + [False] * 2,
    "kind": ["persistent"] * 6 + ["flash"] * 2,
}


@pytest.fixture
def truth():
    return pl.DataFrame(TRUTH)


@pytest.fixture
def clip(truth):
    rng = np.random.default_rng(0)
    return Clip("clip-7", rng.random((6, 40, 50), dtype=np.float32), truth)


@pytest.fixture
def prepared(clip):
    """Frame 1 lacks the persistent object, and frame 5 holds a detection of nothing."""
    places = [(0, 10, 20), (1, 30, 5.3), (2, 12.2, 20), (2, 30, 6), (4, 14, 20), (5, 2, 2), (5, 15, 20.4)]
    return prepare(clip, detector(places), lambda found: np.array([0, 1, 0, 1, 0, 2, 0]))
