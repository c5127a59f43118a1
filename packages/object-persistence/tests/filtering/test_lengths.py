import numpy as np
import polars as pl
import pytest

from object_persistence.errors import PersistenceError
from object_persistence.filtering.lengths import Tracks, best_length, filter_accuracy, length_accuracies


def test_every_track_falls_on_one_of_four_sides():
    frame = np.array([0, 0, 1, 1, 2, 5])
    tracks = np.array([0, 1, 0, 2, 0, 3])
    told = Tracks.of(frame, tracks, np.array([0.1, 0.9, 0.1, 0.2, 0.1, 0.7]))
    assert told.length.tolist() == [3, 1, 1, 1]
    assert (told.first.tolist(), told.last.tolist()) == ([0, 0, 1, 5], [2, 0, 1, 5])
    beside = told.beside(2, 0.5)
    assert (beside.both, beside.filter_only, beside.length_only, beside.neither) == (0, 2, 1, 1)
    assert told.differing(2, 0.5) == [
        "track 0: 3 detections in frames 0 to 2, probability 0.10, kept by its length alone",
        "track 1: 1 detection in frames 0 to 0, probability 0.90, kept by the filter alone",
        "track 3: 1 detection in frames 5 to 5, probability 0.70, kept by the filter alone",
    ]


def test_no_detections_are_no_tracks():
    nothing = np.zeros(0, dtype=np.int64)
    assert len(Tracks.of(nothing, nothing, np.zeros(0))) == 0


@pytest.fixture
def trials():
    """Six clips in which what has 4 detections or more lasts, but for one; the score knows that one too."""
    rows = []
    for clip in range(6):
        rows += [(f"clip-{clip}", 1, 0.9, 5), (f"clip-{clip}", 0, 0.2, 2), (f"clip-{clip}", 0, 0.1, 3)]
    rows.append(("clip-0", 0, 0.3, 8))
    return pl.DataFrame(rows, schema=["group", "target", "score", "track_length"], orient="row")


def test_accuracies_are_those_counted_by_hand(trials):
    found = {each.length: each for each in length_accuracies(trials, 0.5)}
    assert found[4].accuracy.value == pytest.approx(18 / 19)
    assert found[2].accuracy.value == pytest.approx(6 / 19)
    assert found[4].filter_less_length.value == pytest.approx(1 / 19)
    assert found[4].filter_less_length.n == 6
    assert filter_accuracy(trials, 0.5).value == 1
    assert filter_accuracy(trials, 0.15).value == pytest.approx(12 / 19)


def test_the_best_threshold_is_the_shortest_of_those_that_are_right_most_often(trials):
    assert best_length(length_accuracies(trials, 0.5)) == 4
    with pytest.raises(PersistenceError, match="one threshold"):
        best_length([])
