import numpy as np
import polars as pl
import pytest

from object_persistence.clips.matching import match_truth


def truth_of(rows):
    """Rows of track, frame, y, x, visible."""
    return pl.DataFrame(rows, schema=["track", "frame", "y", "x", "visible"], orient="row")


def found(rows):
    frame, y, x = np.array(rows, dtype=float).reshape(-1, 3).T
    return frame.astype(int), y, x


def test_each_detection_is_of_the_nearest_object_of_its_frame():
    truth = truth_of([(0, 0, 10, 10, True), (1, 0, 20, 20, True), (0, 1, 11, 10, True)])
    matched = match_truth(*found([(0, 20.3, 20), (1, 11, 10.5), (0, 9.5, 10), (1, 20, 20)]), truth)
    assert matched.row.tolist() == [1, 2, 0, -1]
    assert (matched.visible, matched.missed, matched.merged, matched.clutter) == (3, 0, 0, 1)


def test_matching_is_one_to_one_and_the_sum_of_distances_is_least():
    truth = truth_of([(0, 0, 10, 10, True), (1, 0, 10, 12, True)])
    # Both lie nearest to the second object.
    matched = match_truth(*found([(0, 10, 11.2), (0, 10, 12.2)]), truth)
    assert matched.row.tolist() == [0, 1]


def test_two_objects_under_one_detection_are_one_found_and_one_merged():
    truth = truth_of([(0, 0, 10, 10, True), (1, 0, 10, 12, True), (2, 0, 40, 40, True)])
    matched = match_truth(*found([(0, 10, 10.9)]), truth)
    assert matched.row.tolist() == [0]
    assert (matched.missed, matched.merged) == (2, 1)


@pytest.mark.parametrize(("distance", "row"), [(2.49, 0), (2.5, -1), (30.0, -1)])
def test_what_is_as_far_as_the_radius_is_clutter(distance, row):
    matched = match_truth(*found([(0, 10, 10 + distance)]), truth_of([(0, 0, 10, 10, True)]))
    assert matched.row.tolist() == [row]


def test_what_is_hidden_cannot_be_found_or_missed():
    truth = truth_of([(0, 0, 10, 10, False)])
    matched = match_truth(*found([(0, 10, 10)]), truth)
    assert matched.row.tolist() == [-1]
    assert (matched.visible, matched.missed) == (0, 0)


def test_no_detections_miss_everything():
    matched = match_truth(*found([]), truth_of([(0, 0, 10, 10, True), (0, 1, 10, 10, True)]))
    assert matched.row.shape == (0,)
    assert matched.missed == 2
