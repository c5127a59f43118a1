import numpy as np
import pytest
import torch

from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.track_statistics import (
    FASTEST,
    SHRINKAGE,
    STATISTICS,
    track_line,
    track_statistics,
)


@pytest.fixture
def batch(drawn_clip):
    return TokenBatch.of([drawn_clip(40, 1), drawn_clip(25, 2)])


def told_of(batch):
    told = track_statistics(batch, track_line(batch)).unbind(-1)
    return dict(zip(STATISTICS, told, strict=True))


def by_hand(frame, place):
    """Length, span, speed and residual of one track, in float64."""
    away = frame - frame.mean()
    velocity = away @ place / (np.square(away).sum() + SHRINKAGE)
    off = place - place.mean(0) - away[:, None] * velocity
    return {
        "length": np.log(len(frame)),
        "span": np.log(frame.max() - frame.min() + 1),
        "after_start": np.log1p(frame.min()),
        "before_end": np.log1p(15 - frame.max()),
        "speed": min(FASTEST, float(np.hypot(*velocity))),
        "residual": np.log(np.square(off).sum(1).mean() + 1e-3),
    }


def test_tracks_are_told_as_by_hand(batch, drawn_clip):
    told = told_of(batch)
    for item, clip in enumerate((drawn_clip(40, 1), drawn_clip(25, 2))):
        place = np.stack([clip.detections.y, clip.detections.x], 1)
        for track in np.unique(clip.tracks):
            rows = np.flatnonzero(clip.tracks == track)
            for name, expected in by_hand(clip.detections.frame[rows].astype(float), place[rows]).items():
                assert told[name][item][rows].tolist() == pytest.approx([expected] * len(rows), abs=2e-3), (
                    name
                )


def test_a_straight_track_lies_on_its_line(drawn_clip):
    batch = TokenBatch.of([drawn_clip(12)])
    frame = torch.arange(12)[None]
    position = torch.stack([3 + 1.5 * frame, 60 - 0.5 * frame], -1)
    straight = TokenBatch(**{**batch.tensors(), "frame": frame, "position": position, "track": frame * 0})
    line = track_line(straight)
    torch.testing.assert_close(line.velocity[0, 0], torch.tensor([1.5, -0.5]), rtol=0.01, atol=0)
    torch.testing.assert_close(line.at(frame.float()), position, rtol=0, atol=0.05)


def test_a_detection_that_is_hidden_does_not_count(batch):
    kept = batch.frame % 3 != 0
    hidden = told_of(batch.keeping(kept))
    clip = [unpadded[kept[item] & batch.mask[item]] for item, unpadded in enumerate(batch.track)]
    for item, tracks in enumerate(clip):
        length = (tracks[:, None] == tracks).sum(-1).float().log()
        rows = kept[item] & batch.mask[item]
        torch.testing.assert_close(hidden["length"][item][rows], length)
    assert all((each[~(kept & batch.mask)] == 0).all() for each in hidden.values())


def test_all_is_finite_of_single_detections_and_of_none(drawn_clip):
    for count in (0, 1, 2):
        batch = TokenBatch.of([drawn_clip(count)], pad=3)
        assert all(each.isfinite().all() for each in told_of(batch).values())
