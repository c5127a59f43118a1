import numpy as np
import pytest

from analysis import AnalysisError
from analysis.trials import finite_array, group_parts, known, same_length, shuffled_labels


def test_groups_stay_whole_and_strata_even():
    groups = np.repeat(np.arange(40), 3)
    strata = groups % 4
    part = group_parts(groups, strata, 5, seed=0)
    assert all(np.unique(part[groups == group]).size == 1 for group in range(40))
    assert {int((part[strata == s] == k).sum()) for s in range(4) for k in range(5)} == {6}


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones(3), r"x: expected \[trials features\], got the shape \(3,\)"),
        (np.ones((0, 2)), r"x: expected \[trials features\], got the shape \(0, 2\)"),
        (np.array([[1.0, np.nan]]), "x: 1 of 2 numbers are not finite"),
    ],
)
def test_arrays_that_hold_no_numbers_are_refused(array, message):
    with pytest.raises(AnalysisError, match=message):
        finite_array("x", array, "trials features")


def test_columns_have_one_entry_per_trial():
    with pytest.raises(AnalysisError, match=r"labels: expected one per trial \(3\), got 2"):
        same_length(3, labels=[0, 1])


@pytest.mark.parametrize(
    "column",
    [
        [0, None, 1],
        ["a", float("nan"), "b"],
        np.array([0.0, np.nan, 1.0]),
        np.array(["a", None, "b"], dtype=object),
        np.array(["2024-01-01", "NaT", "2024-01-02"], dtype="datetime64[D]"),
    ],
)
def test_a_missing_label_is_not_a_class(column):
    with pytest.raises(AnalysisError, match=r"labels: 1 of 3 are missing \(None or NaN\)"):
        same_length(3, labels=column)


@pytest.mark.parametrize("column", [[0, 1, 2], ["nan", "None", "c"], np.array([0.0, 1.0, np.inf]), range(3)])
def test_labels_that_are_there_are_taken_as_they_are(column):
    assert known("labels", column).tolist() == list(column)


def test_labels_of_whole_groups_move_with_their_groups():
    groups = np.repeat(np.arange(20), 3)
    labels = groups % 4
    for moved in shuffled_labels(labels, groups, 5, seed=0):
        assert all(np.unique(moved[groups == group]).size == 1 for group in range(20))
        assert sorted(moved) == sorted(labels)
        assert (moved != labels).any()


def test_labels_that_differ_within_groups_stay_in_their_group():
    groups, labels = np.tile(np.arange(10), 4), np.repeat(np.arange(4), 10)
    for moved in shuffled_labels(labels, groups, 5, seed=0):
        assert all(sorted(moved[groups == group]) == [0, 1, 2, 3] for group in range(10))
        assert (moved != labels).any()
