from pathlib import Path

import object_persistence.videos
from analysis.testing import loaded_by

SLOW = {
    "torch",
    "sklearn",
    "skimage",
    "pandas",
    "motmetrics",
    "imageio",
    "tifffile",
    "matplotlib",
    "hypothesis",
}


def test_importing_the_videos_imports_nothing_slow():
    names = sorted(path.stem for path in Path(object_persistence.videos.__file__).parent.glob("[a-z]*.py"))
    assert len(names) > 10
    assert not SLOW & loaded_by(*(f"object_persistence.videos.{name}" for name in names))
