import numpy as np
import pytest

from object_persistence.configuration import (
    BaselineConfig,
    ClipsConfig,
    ModelConfig,
    PersistenceConfig,
    VideoConfig,
)
from object_persistence.filtering.lasting import Lasting
from object_persistence.filtering.lengths import Tracks
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.configuration import AbsenceConfig, MotionConfig

WHOLE = ClipsConfig(early=0.0)


def spans_of(videos, persistent):
    """Frames from the first to the last that each object is seen in, over some made clips."""
    spans = []
    for number in range(12):
        truth = BlobVideos(videos, range(12)).truth(number)
        seen = truth.filter(visible=True, persistent=persistent)
        spans += [part["frame"].max() - part["frame"].min() + 1 for _, part in seen.group_by("track")]
    return spans


@pytest.mark.parametrize(
    "videos",
    [
        VideoConfig(),
        VideoConfig(frames=12, absence=AbsenceConfig(late=1.0, early=1.0, shortest=5)),
        VideoConfig(motion=MotionConfig(every=2)),
    ],
    ids=["whole", "late and early", "half rate"],
)
def test_the_numbers_are_those_of_made_clips(videos):
    lasting = Lasting.of(PersistenceConfig(videos=videos, clips=WHOLE))
    assert max(spans_of(videos, False)) == lasting.passing
    assert min(spans_of(videos, True)) == lasting.least
    assert max(spans_of(videos, True)) <= lasting.frames


def test_clips_that_training_ends_early_keep_a_quarter():
    assert Lasting.of(PersistenceConfig()) == Lasting(3, 4, 16)
    assert Lasting.of(PersistenceConfig(model=ModelConfig(kind="link_length"))) == Lasting(3, 16, 16)


def test_gradient_boosting_learns_from_copies_that_keep_three_frames_or_more():
    boosting = ModelConfig(kind="gradient_boosting")
    assert Lasting.of(PersistenceConfig(model=boosting)) == Lasting(3, 3, 16)
    assert Lasting.of(PersistenceConfig(model=boosting, baseline=BaselineConfig(cuts=0))) == Lasting(
        3, 16, 16
    )


def test_hold_outs_that_training_shows_count():
    assert Lasting.of(PersistenceConfig(clips=ClipsConfig(early=0.0, also=("cut",)))) == Lasting(3, 6, 16)


def tracks(*spans):
    first = np.zeros(len(spans), np.int64)
    lengths = np.array(spans, np.int64)
    return Tracks(np.arange(len(spans)), lengths, first, lengths - 1, np.ones(len(spans)))


def test_lengths_that_training_never_showed_are_said():
    lasting = Lasting(3, 6, 16)
    assert lasting.remarks(tracks(1, 3, 6, 16), 16) == []
    (between,) = lasting.remarks(tracks(1, 4, 5, 16), 16)
    assert between.startswith("lengths: 2 of 4 tracks last more than 3 frames and fewer than 6")
    (long,) = lasting.remarks(tracks(1, 40), 40)
    assert long.startswith("frames: 40, and a training clip has 16: 6 frames count as lasting")
    assert long.endswith("1 of 2 tracks span more than 16")
    assert str(lasting).endswith("transients of 1 to 3 frames, and as lasting objects of 6 to 16 frames")
    assert str(Lasting(1, 16, 16)).endswith("transients of 1 frame, and as lasting objects of 16 frames")
