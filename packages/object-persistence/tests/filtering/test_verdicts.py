import numpy as np
import polars as pl
import pytest

from object_persistence.errors import PersistenceError
from object_persistence.filtering.verdicts import joined, joined_trials, video_scores
from object_persistence.filtering.video import prepare_video
from object_persistence.filtering.windows import Windows
from object_persistence.videos.clip import Clip


def test_a_track_has_the_mean_of_its_log_odds():
    scores, tracks = np.array([0.2, 0.9, 0.6, 0.5]), np.array([7, 3, 7, 3])
    odds = [np.sqrt((0.2 / 0.8) * (0.6 / 0.4)), np.sqrt(9 * 1)]
    expected = [each / (1 + each) for each in odds]
    np.testing.assert_allclose(joined(scores, tracks), [expected[0], expected[1], expected[0], expected[1]])


def test_certainty_is_finite_and_opposite_certainties_cancel():
    np.testing.assert_allclose(joined(np.array([0.0, 1.0]), np.array([0, 0])), 0.5)


def test_tracks_of_different_clips_and_splits_stay_apart():
    trials = pl.DataFrame(
        {
            "split": ["a", "a", "a", "b"],
            "group": ["one", "two", "one", "one"],
            "track": [0, 0, 0, 0],
            "score": [0.2, 0.3, 0.8, 0.4],
        }
    )
    np.testing.assert_allclose(joined_trials(trials)["score"], [0.5, 0.3, 0.5, 0.4])


def test_a_long_video_is_told_from_every_window_and_every_row_of_a_track_alike(video):
    asked = []

    def predict(clips):
        asked.extend(clips)
        return [np.where(clip.track_length > 3, 0.9, 0.2) for clip in clips]

    scores = video_scores(video, predict, Windows(8, 64, 64))
    assert len(asked) == 5
    for track in np.unique(video.tracks):
        assert np.ptp(scores[video.tracks == track]) == 0
    lengths = video.track_length
    np.testing.assert_allclose(scores[lengths == 24], 0.9)
    np.testing.assert_allclose(scores[lengths == 1], 0.2)


def test_what_is_no_probability_is_refused(video):
    with pytest.raises(PersistenceError, match="no probabilities"):
        video_scores(video, lambda clips: [np.full(len(clip), np.nan) for clip in clips], Windows(8, 64, 64))


def test_a_video_without_detections_has_no_scores(detector, linker):
    nothing = prepare_video(Clip("dark", np.zeros((5, 64, 64), np.float32)), detector, linker)
    assert video_scores(nothing, lambda clips: [], Windows(8, 64, 64)).shape == (0,)
