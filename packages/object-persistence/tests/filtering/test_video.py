import numpy as np
import pytest

from object_persistence.errors import PersistenceError
from object_persistence.filtering import video as module
from object_persistence.filtering.video import in_channels, prepare_video
from object_persistence.videos.clip import Clip


def test_block_by_block_is_what_the_detector_finds_in_the_whole(clip, detector, linker, monkeypatch):
    whole = detector(clip.frames)
    monkeypatch.setattr(module, "BLOCK", 7)
    said = []
    found = prepare_video(clip, detector, linker, report=lambda *each: said.append(each))
    for name, column in whole.columns.items():
        np.testing.assert_array_equal(found.detections.columns[name], column)
    assert [done for _, done, _ in said] == [7, 14, 21, 24]
    assert sorted(found.track_length) == [1] * 3 + [24] * 24
    assert set(found.kind) == {"unknown"}


@pytest.mark.parametrize("frames", [0, 1])
def test_nothing_lasts_in_one_frame(frames, detector, linker):
    with pytest.raises(PersistenceError, match="nothing lasts in one frame"):
        prepare_video(Clip("short", np.zeros((frames, 32, 32), np.float32)), detector, linker)


def test_colours_become_their_mean_for_a_model_that_saw_none():
    frames = np.random.default_rng(0).random((2, 8, 8, 3)).astype(np.float32)
    np.testing.assert_allclose(in_channels(Clip("c", frames), 1).frames, frames.mean(3), rtol=1e-6)
    assert in_channels(Clip("c", frames), 3).frames is frames


def test_a_model_of_colours_refuses_grey():
    with pytest.raises(PersistenceError, match="has 1 channels; the model learned from 3"):
        in_channels(Clip("c", np.zeros((2, 8, 8), np.float32)), 3)
