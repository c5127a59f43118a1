from dataclasses import replace

import numpy as np
import pytest

from object_persistence.clips.prepared import PreparedClip, seen_so_far, unknown
from object_persistence.configuration import VideoConfig
from object_persistence.detection.detections import Detections
from object_persistence.filtering.familiarity import familiarity, quantities, remarks
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.hold_outs import hold_out

NOISE = 0.04


def made(config, seeds):
    """Clips as a detector and a linker without fault would have them."""
    videos = BlobVideos(config, seeds)
    return [seen(videos.truth(number), config) for number in range(len(seeds))]


def seen(truth, config):
    truth = truth.filter("visible").sort("frame", "y", "x")
    y, x, sigma, amplitude = truth.select("y", "x", "sigma", "amplitude").to_numpy().T
    found = Detections.of(
        truth["frame"].to_numpy(), y, x, sigma=sigma, snr=amplitude / NOISE, response=amplitude / 2
    )
    tracks = truth["track"].to_numpy().astype(np.int64)
    height, width = config.size
    patches = np.zeros((len(found), 1, 9, 9), dtype=np.float32)
    facts = {"tracks": tracks, "seen": seen_so_far(tracks), "time": 16, "height": height, "width": width}
    return PreparedClip("clip", found, patches, **facts, **unknown(len(found)))


@pytest.fixture(scope="module")
def known():
    return made(VideoConfig(), range(20))


def test_a_clip_as_in_training_is_familiar(known):
    (clip,) = made(VideoConfig(), range(900, 901))
    assert remarks(clip, known, 16) == []


@pytest.mark.parametrize(("name", "said"), [("fast", "speed"), ("dim", "SNR")])
def test_what_was_held_out_is_said_with_its_numbers(known, name, said):
    (clip,) = made(hold_out(VideoConfig(), name), range(900, 901))
    strange = {each.name for each in familiarity(clip, known) if each.strange}
    assert strange == {said}
    (line,) = remarks(clip, known, 16)
    assert line.startswith(f"{said}: median ")
    assert "% of the video outside" in line


def test_a_crowd_is_said(known):
    few = replace(known[0], height=20, width=20)
    assert [each.name for each in familiarity(few, known) if each.strange] == ["density"]


def test_fewer_frames_than_a_training_clip_are_said(known):
    assert "frames: 5 of 16" in remarks(known[0].until(5), known, 16)[-1]


def test_speeds_are_of_tracks_and_density_of_frames(video):
    told = quantities(video)
    np.testing.assert_allclose(told["speed"], [0.5], atol=0.2)
    assert len(told["density"]) == 24
    assert told["density"].sum() * 64 * 64 / 1000 == pytest.approx(len(video))


def test_what_nobody_measured_is_left_out(known):
    found = known[0].detections
    blank = replace(found, snr=np.full(len(found), np.nan))
    told = familiarity(replace(known[0], detections=blank), known)
    assert "SNR" not in {each.name for each in told}
