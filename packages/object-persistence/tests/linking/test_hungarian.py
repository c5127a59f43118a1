"""Linking: crossings, missing frames, crowds; against trackpy where both mean the same."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from object_persistence import PersistenceError
from object_persistence.detection.detections import Detections
from object_persistence.linking.appearance import looks
from object_persistence.linking.hungarian import HungarianLinker

MOTIONS = ["velocity", "kalman", "none"]


def moving(*objects, frames=8, without=()):
    """Detections of objects (y, x, vy, vx), and which object each is of."""
    rows = [
        (frame, y + vy * frame, x + vx * frame, who)
        for frame in range(frames)
        for who, (y, x, vy, vx) in enumerate(objects)
        if (who, frame) not in without
    ]
    frame, y, x, who = np.array(sorted(rows)).T
    return Detections.of(frame, y, x), who.astype(int)


def same_partition(one, other):
    """Whether two numberings put the same detections together."""
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


@st.composite
def scattered(draw):
    """Up to 60 detections anywhere in up to 8 frames."""
    generator = np.random.default_rng(draw(st.integers(0, 100_000)))
    count = draw(st.integers(0, 60))
    return Detections.of(generator.integers(0, 8, count), *generator.uniform(0, 20, (2, count)))


@given(scattered(), st.sampled_from(MOTIONS), st.integers(0, 4), st.integers(0, 4))
def test_a_track_has_one_detection_in_a_frame_and_no_gap_beyond_what_is_allowed(found, motion, memory, gap):
    tracks = HungarianLinker(motion=motion, memory=memory, gap_closing=gap)(found)
    _, first = np.unique(tracks, return_index=True)
    assert (tracks[np.sort(first)] == np.arange(len(first))).all()
    for track in range(len(first)):
        steps = np.diff(found.frame[tracks == track])
        assert ((steps > 0) & (steps <= max(memory, gap) + 1)).all()


@given(scattered())
def test_without_motion_no_link_is_longer_than_the_search_range(found):
    tracks = HungarianLinker(search_range=3.0, motion="none")(found)
    for track in np.unique(tracks):
        rows = tracks == track
        assert (np.hypot(np.diff(found.y[rows]), np.diff(found.x[rows])) < 3).all()


@given(st.integers(0, 10_000), st.integers(0, 3))
def test_without_motion_links_are_those_of_trackpy(seed, memory):
    import trackpy as tp

    tp.quiet()
    generator = np.random.default_rng(seed)
    count = generator.integers(2, 60)
    found = Detections.of(generator.integers(0, 8, count), *generator.uniform(0, 30, (2, count)))
    theirs = tp.link(found.to_pandas()[["frame", "y", "x"]], 3.0, memory=memory).sort_index()
    ours = HungarianLinker(search_range=3.0, memory=memory, motion="none")(found)
    assert same_partition(ours, theirs["particle"].to_numpy())


@pytest.mark.parametrize("motion", ["velocity", "kalman"])
def test_objects_that_cross_keep_their_tracks(motion):
    found, who = moving((10, 10, 0.1, 2), (11, 24, -0.1, -2))
    assert same_partition(HungarianLinker(motion=motion)(found), who)


@pytest.mark.parametrize("motion", ["velocity", "kalman"])
def test_a_gap_is_bridged_where_the_object_was_going(motion):
    found, who = moving((10, 5, 0, 3), frames=10, without={(0, 5), (0, 6)})
    assert same_partition(HungarianLinker(motion=motion, memory=2)(found), who)
    assert len(set(HungarianLinker(motion=motion, memory=1)(found))) == 2
    assert len(set(HungarianLinker(motion="none", memory=2)(found))) == 2


def test_frames_in_which_nothing_was_detected_count():
    found, _ = moving((10, 5, 0, 1), frames=9, without={(0, 3), (0, 4), (0, 5)})
    assert len(set(HungarianLinker(memory=2)(found))) == 2
    assert len(set(HungarianLinker(memory=3)(found))) == 1


@pytest.mark.parametrize("motion", MOTIONS)
def test_gap_closing_joins_ends_with_the_beginnings_they_lead_to(motion):
    lost = {(who, frame) for who in (0, 1) for frame in (5, 6, 7, 8)}
    found, who = moving((10, 2, 0, 2), (20, 40, 0, -2), frames=14, without=lost)
    assert len(set(HungarianLinker(memory=1, motion=motion)(found))) == 4
    assert same_partition(HungarianLinker(memory=1, motion=motion, gap_closing=4)(found), who)
    assert len(set(HungarianLinker(memory=1, motion=motion, gap_closing=3)(found))) == 4


def test_a_kalman_gate_narrows_while_a_track_is_seen_and_grows_while_it_is_not():
    straight, _ = moving((10, 5, 0, 2), frames=8)
    beside = Detections.of(
        np.append(straight.frame, 8), np.append(straight.y, 13.0), np.append(straight.x, 21.0)
    )
    assert len(set(HungarianLinker(motion="kalman")(beside))) == 2
    assert len(set(HungarianLinker(motion="velocity")(beside))) == 1
    later = Detections.of(
        np.append(straight.frame, 12), np.append(straight.y, 13.0), np.append(straight.x, 29.0)
    )
    assert len(set(HungarianLinker(motion="kalman", memory=4)(later))) == 1


def test_of_two_that_are_as_near_the_one_that_looks_alike_is_linked():
    frame, y, x = [0, 1, 1], [20.0, 18.0, 22.0], [20.0, 20.0, 20.0]
    found = Detections.of(frame, y, x, sigma=[2.0, 1.4, 2.0], response=[0.3, 0.3, 0.3])
    assert HungarianLinker()(found).tolist() == [0, 1, 0]
    found = Detections.of(frame, y, x, sigma=[2.0, 2.0, 2.0], response=[0.3, 0.3, 0.2])
    assert HungarianLinker()(found).tolist() == [0, 0, 1]


def test_gap_closing_joins_only_what_looks_alike():
    found, _ = moving((10, 2, 0, 2), frames=12, without={(0, frame) for frame in (5, 6, 7)})
    linker = HungarianLinker(memory=1, gap_closing=3)
    for sigma, tracks in ((1.6, 1), (2.5, 2)):
        sigmas = np.where(found.frame < 5, 1.5, sigma)
        seen = Detections.of(found.frame, found.y, found.x, sigma=sigmas, response=np.ones(len(found)))
        assert len(set(linker(seen))) == tracks


@pytest.mark.parametrize(
    ("away", "missing", "joined"), [(5.4, 1, True), (5.6, 1, False), (5.6, 4, True), (8.0, 4, False)]
)
def test_the_longer_a_gap_the_further_away_may_an_object_be(away, missing, joined):
    frame = np.array([0, 1, 2, 3, *range(4 + missing, 8 + missing)])
    y = np.where(frame < 4, 10.0, 10.0 + away)
    tracks = HungarianLinker(memory=0, motion="none", gap_closing=missing)(
        Detections.of(frame, y, np.full(8, 9.0))
    )
    assert len(set(tracks)) == 2 - joined


@pytest.mark.parametrize("sigma", [np.nan, 0.0])
def test_what_was_not_measured_everywhere_tells_nothing(sigma):
    found = Detections.of([0, 1, 2], [5.0] * 3, [5.0] * 3, sigma=[1.0, sigma, 4.0], response=[1.0] * 3)
    assert HungarianLinker()(found).tolist() == [0, 0, 0]
    assert looks(found, 10.0).shape == (3, 1)
    assert looks(found, 0.0).shape == (3, 0)


@pytest.mark.parametrize("motion", MOTIONS)
def test_nothing_and_one_detection_have_tracks(motion):
    linker = HungarianLinker(motion=motion, gap_closing=2)
    assert linker(Detections.empty()).tolist() == []
    assert linker(Detections.of([3], [1.0], [2.0])).tolist() == [0]


def test_a_clip_is_linked_within_four_milliseconds():
    generator = np.random.default_rng(0)
    found = Detections.of(np.repeat(np.arange(16), 10), *generator.uniform(0, 64, (2, 160)))
    linker, spent = HungarianLinker(), []
    for _ in range(7):
        start = time.process_time()
        linker(found)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.004 * 5, "five times the measured cost, so that only a change of order fails"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"search_range": 0.0}, "search_range: expected pixels above 0, got 0"),
        ({"search_range": np.nan}, "search_range: expected pixels above 0, got nan"),
        ({"appearance": -1.0}, "appearance: expected pixels from 0 on, got -1.0"),
        ({"memory": -1}, "expected frames from 0 on"),
        ({"motion": "brownian"}, "expected one of velocity, kalman, none; got 'brownian'"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, said):
    with pytest.raises(PersistenceError, match=said):
        HungarianLinker(**settings)
