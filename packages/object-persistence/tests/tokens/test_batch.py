from dataclasses import replace

import numpy as np
import pytest
import torch

from object_persistence import PersistenceError
from object_persistence.detection.detections import Detections
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.padded import unpad_rows


def test_every_column_of_a_clip_comes_back(drawn_clip):
    clips = [drawn_clip(count, seed) for seed, count in enumerate((5, 0, 9))]
    batch = TokenBatch.of(clips, pad=12)
    expected = {
        "frame": lambda clip: clip.detections.frame,
        "track": lambda clip: clip.tracks,
        "sigma": lambda clip: clip.detections.sigma,
        "position": lambda clip: np.stack([clip.detections.y, clip.detections.x], 1),
        "patches": lambda clip: clip.patches,
        "persistent": lambda clip: clip.persistent,
        "remaining": lambda clip: clip.remaining,
        "matched": lambda clip: ~clip.clutter,
    }
    for name, of in expected.items():
        for got, clip in zip(unpad_rows(getattr(batch, name), batch.index), clips, strict=True):
            np.testing.assert_allclose(got, of(clip), rtol=1e-6)


def test_a_batch_is_a_mapping_of_tensors_and_back(drawn_clip):
    batch = TokenBatch.of([drawn_clip(3), drawn_clip(5)])
    tensors = batch.tensors()
    assert {len(each) for each in tensors.values()} == {2}
    back = TokenBatch.from_tensors({**tensors, "ids": torch.arange(2)})
    assert all(torch.equal(back.tensors()[name], each) for name, each in tensors.items())


def test_frames_that_are_not_seen_are_as_if_they_were_not_there(drawn_clip):
    clip = drawn_clip(30)
    hidden, cut = TokenBatch.of([clip]).until(6), TokenBatch.of([clip.until(6)])
    assert 0 < len(cut.frame[0]) < 30
    for name in ("position", "frame", "patches"):
        assert torch.equal(
            unpad_rows(getattr(hidden, name), hidden.index)[0],
            unpad_rows(getattr(cut, name), cut.index)[0],
        )
    assert torch.equal(hidden.extent, cut.extent)


def test_what_is_not_measured_counts_as_one(drawn_clip):
    clip = drawn_clip(4)
    places = clip.detections.frame, clip.detections.y, clip.detections.x
    batch = TokenBatch.of([replace(clip, detections=Detections.of(*places))])
    assert (batch.sigma == 1).all()
    assert (batch.snr == 1).all()
    assert (batch.response == 1).all()


def test_more_detections_than_the_pad_are_refused(drawn_clip):
    with pytest.raises(PersistenceError, match="pad >= 8"):
        TokenBatch.of([drawn_clip(8)], pad=7)


def test_patches_of_two_sizes_are_refused(drawn_clip):
    with pytest.raises(PersistenceError, match=r"\[1, 7, 7\] and \[1, 9, 9\]"):
        TokenBatch.of([drawn_clip(3), drawn_clip(3, size=7)])


def test_a_patch_that_is_not_finite_is_refused(drawn_clip):
    clip = drawn_clip(3, seed=4)
    clip.patches[1, 0, 2, 2] = np.nan
    with pytest.raises(PersistenceError, match="clip-4 has a patch"):
        TokenBatch.of([clip])


def test_no_clips_are_refused():
    with pytest.raises(PersistenceError, match="no clips"):
        TokenBatch.of([])
