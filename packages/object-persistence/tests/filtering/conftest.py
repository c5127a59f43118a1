import numpy as np
import pytest

from object_persistence.configuration import DetectionConfig, LinkingConfig
from object_persistence.detection.factory import make_detector
from object_persistence.filtering.video import prepare_video
from object_persistence.linking.factory import make_linker
from object_persistence.videos.clip import Clip
from object_persistence.videos.rendering import profile


@pytest.fixture(scope="session")
def detector():
    return make_detector(DetectionConfig())


@pytest.fixture(scope="session")
def linker():
    return make_linker(LinkingConfig())


@pytest.fixture(scope="session")
def clip():
    """24 frames: one blob stays in all of them, three are there for one frame each."""
    frames = 0.1 + 0.02 * np.random.default_rng(0).standard_normal((24, 64, 64)).astype(np.float32)

    def put(frame, y, x):
        sigma = np.array([1.8])
        frames[frame] += 0.6 * np.outer(
            profile(np.array([y]), sigma, 64)[0], profile(np.array([x]), sigma, 64)[0]
        ).astype(np.float32)

    for frame in range(24):
        put(frame, 20.0 + 0.5 * frame, 30.0)
    for frame, y, x in [(3, 50.0, 10.0), (12, 8.0, 50.0), (20, 55.0, 55.0)]:
        put(frame, y, x)
    return Clip("made", np.clip(frames, 0, 1))


@pytest.fixture(scope="session")
def video(clip, detector, linker):
    return prepare_video(clip, detector, linker)
