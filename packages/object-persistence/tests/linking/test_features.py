"""What a track is like, against NumPy on each track by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_persistence import PersistenceError
from object_persistence.detection.detections import Detections
from object_persistence.linking.features import FEATURES, track_features

SHAPE = (12, 40, 50)


@st.composite
def linked(draw):
    """Detections of up to five tracks with gaps, anywhere in the picture."""
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    tracks, frames = [], []
    for track in range(draw(st.integers(1, 5))):
        chosen = generator.choice(SHAPE[0], generator.integers(1, SHAPE[0]), replace=False)
        tracks += [7 * track] * len(chosen)
        frames += list(chosen)
    count = len(frames)
    y, x = generator.uniform(0, SHAPE[1] - 1, count), generator.uniform(0, SHAPE[2] - 1, count)
    order = np.lexsort((x, y, frames))
    found = Detections.of(
        frames, y, x, sigma=generator.uniform(1, 3, count), response=generator.uniform(0.1, 1, count)
    )
    return found, np.array(tracks)[order]


def by_hand(frame, y, x, sigma, response, own, time):
    """The features of one track of several detections; `own` is the detection that is asked."""
    dt, path = np.diff(frame), np.hypot(np.diff(y), np.diff(x))
    fits = [np.polyfit(frame, axis, 1) for axis in (y, x)] if len(frame) > 1 else [[0, y[0]], [0, x[0]]]
    away = [axis - np.polyval(fit, frame) for axis, fit in zip((y, x), fits, strict=True)]
    edge = np.minimum.reduce([y, SHAPE[1] - 1 - y, x, SHAPE[2] - 1 - x])
    return {
        "length": len(frame),
        "span": np.ptp(frame) + 1,
        "gaps": np.ptp(frame) + 1 - len(frame),
        "longest_gap": (dt - 1).max(initial=0),
        "before": frame[0],
        "after": time - 1 - frame[-1],
        "speed": (path / dt).mean() if len(dt) else 0,
        "speed_spread": (path / dt).std() if len(dt) else 0,
        "straightness": np.hypot(y[-1] - y[0], x[-1] - x[0]) / path.sum() if len(dt) else 1,
        "residual": np.sqrt(np.mean(away[0] ** 2 + away[1] ** 2)),
        "sigma": np.log(sigma).mean(),
        "sigma_spread": np.log(sigma).std(),
        "brightness": np.log(response).mean(),
        "brightness_spread": np.log(response).std(),
        "edge": edge.min(),
        "since": frame[own] - frame[0],
        "left": frame[-1] - frame[own],
        "own_sigma": np.log(sigma[own]) - np.log(sigma).mean(),
        "own_brightness": np.log(response[own]) - np.log(response).mean(),
        "own_edge": edge[own],
        "own_residual": np.hypot(away[0][own], away[1][own]),
    }


@given(linked(), st.booleans())
def test_features_are_those_of_each_track_by_itself(tracked, so_far):
    found, tracks = tracked
    table = track_features(found, tracks, SHAPE, so_far=so_far)
    assert tuple(table.columns) == FEATURES
    for row, features in enumerate(table.iter_rows(named=True)):
        mine = (tracks == tracks[row]) & ((found.frame <= found.frame[row]) | (not so_far))
        own = int(np.flatnonzero(np.flatnonzero(mine) == row)[0])
        time = found.frame[row] + 1 if so_far else SHAPE[0]
        columns = (getattr(found, name)[mine] for name in ("frame", "y", "x", "sigma", "response"))
        expected = by_hand(*columns, own, time)
        np.testing.assert_allclose([features[name] for name in FEATURES], list(expected.values()), atol=1e-5)


@given(linked(), st.integers(1, SHAPE[0]))
def test_later_frames_do_not_change_what_is_known_so_far(tracked, frames):
    found, tracks = tracked
    early = found.frame < frames
    whole = track_features(found, tracks, SHAPE, so_far=True)
    cut = track_features(found[early], tracks[early], (frames, *SHAPE[1:]), so_far=True)
    np.testing.assert_allclose(whole.to_numpy()[early], cut.to_numpy(), atol=1e-9)


def test_a_straight_track_has_no_residual_and_its_own_speed():
    frame = np.array([0, 1, 2, 5])
    found = Detections.of(frame, 5 + 3.0 * frame, 8 + 4.0 * frame)
    table = track_features(found, np.zeros(4, dtype=int), (6, 64, 64))
    assert table["speed"].to_list() == pytest.approx([5.0] * 4)
    assert table["residual"].to_list() == pytest.approx([0.0] * 4, abs=1e-5)
    assert table["gaps"].to_list() == [2.0] * 4
    assert table["sigma_spread"].to_list() == [0.0] * 4


def test_without_detections_the_columns_are_there():
    table = track_features(Detections.empty(), np.zeros(0, dtype=int), SHAPE)
    assert tuple(table.columns) == FEATURES
    assert table.is_empty()


@pytest.mark.parametrize(
    ("frame", "tracks", "said"),
    [
        ([0, 0], [1, 1], "one detection of a track in a frame; 1 are more"),
        ([0, 1], [1], "a track for each of 2 detections, got 1"),
        ([0, 12], [1, 1], "expected frames 0 to 11"),
    ],
)
def test_what_cannot_be_tracks_is_refused(frame, tracks, said):
    found = Detections.of(frame, [1.0, 2.0], [1.0, 2.0])
    with pytest.raises(PersistenceError, match=said):
        track_features(found, np.array(tracks), SHAPE)
