"""Two clips of known objects, as a model sees them that attends to what lasts, and one that attends to nothing."""

from dataclasses import dataclass

import numpy as np
import pytest

from object_persistence.clips.prepared import PreparedClip, seen_so_far
from object_persistence.detection.detections import Detections
from object_persistence.pictures.answers import Answers
from object_persistence.pictures.seen_clip import TRAINED, UNTRAINED, Look, SeenClip
from object_persistence.trials import trials_table

OBJECTS = {
    # By true track: frames in which it was detected, y, x; track 7 and 9 are clutter.
    3: ("persistent", [0, 1, 2, 3, 5], 10.0, 12.0),
    1: ("flash", [1, 2], 30.0, 5.0),
    4: ("blinker", [0, 4], 20.0, 20.0),
}
CLUTTER = [(9, 2, 2.0, 2.0), (7, 5, 35.0, 35.0)]


def clip_of(name="clip-40"):
    """Linked as it truly is, but that the blinker is one track more when it comes back."""
    rows = [
        (frame, y + frame, x, track, 5 if (track, frame) == (4, 4) else track, kind)
        for track, (kind, frames, y, x) in OBJECTS.items()
        for frame in frames
    ] + [(frame, y, x, -1, track, "clutter") for track, frame, y, x in CLUTTER]
    rows.sort()
    frame, y, x, truth, tracks, kind = zip(*rows, strict=True)
    truth, tracks = np.array(truth), np.array(tracks)
    return PreparedClip(
        name=name,
        detections=Detections.of(frame, y, x, sigma=np.full(len(rows), 1.5), snr=np.full(len(rows), 8.0)),
        patches=np.zeros((len(rows), 1, 9, 9), np.float32),
        tracks=tracks,
        truth=truth,
        persistent=truth == 3,
        kind=list(kind),
        seen=seen_so_far(tracks),
        duration=np.zeros(len(rows), dtype=np.int64),
        remaining=np.zeros(len(rows), dtype=np.int64),
        time=6,
        height=40,
        width=48,
    )


def look_of(clip, gain, seed=0):
    """Attention and answers that follow what lasts by as much as the gain."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.5, 1.5, (2, 3, len(clip), len(clip))) * (1 + gain * clip.persistent)
    weights /= weights.sum(-1, keepdims=True)
    layers = {f"layer{number}": each for number, each in enumerate(weights, 1)}
    received = {name: each.mean(0).sum(0) for name, each in layers.items()}
    received["rollout"] = (layers["layer2"].mean(0) @ layers["layer1"].mean(0)).sum(0)
    received = {name: each / each.mean() for name, each in received.items()}
    score = 1 / (1 + np.exp(-gain * (2 * clip.persistent - 1) - rng.normal(0, 0.4, len(clip))))
    return Look(score, received, layers)


def answers_of(clips, looks, splits=("test/same", "test/gap4")):
    """The same clips in every split."""
    told = [trials_table(clips, [each.probability for each in looks], split=split) for split in splits]
    received = {
        f"{layer}/received": np.concatenate([each.received[layer] for each in looks] * len(splits))
        for layer in looks[0].received
    }
    return Answers(told[0].vstack(told[1]), received, resamples=99, permutations=99)


@dataclass(frozen=True)
class Made:
    """A clip as both models see it, and what both say of several like it."""

    seen: SeenClip
    everyone: dict[str, Answers]


@pytest.fixture(scope="session")
def made():
    clips = [clip_of(f"clip-{40 + number}") for number in range(6)]
    looks = {
        who: [look_of(clip, gain, seed) for seed, clip in enumerate(clips)]
        for who, gain in ((TRAINED, 2.0), (UNTRAINED, 0.0))
    }
    frames = np.random.default_rng(0).random((6, 40, 48), dtype=np.float32)
    seen = SeenClip(clips[0], frames, looks[TRAINED][0], looks[UNTRAINED][0])
    return Made(seen, {who: answers_of(clips, each) for who, each in looks.items()})


@pytest.fixture(scope="session")
def seen(made):
    return made.seen


@pytest.fixture
def make_clip():
    return clip_of
