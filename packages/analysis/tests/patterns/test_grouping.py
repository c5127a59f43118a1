import numpy as np
import pytest

from analysis import AnalysisError
from analysis.patterns.grouping import Grouping


def test_labels_become_groups_in_sorted_order():
    groups = Grouping.of(["b", "a", "b"], 3, "keys")
    assert groups.names == ("a", "b")
    assert groups.member.tolist() == [[False, True], [True, False], [False, True]]
    assert groups.sizes.tolist() == [1, 2]


def test_a_token_may_be_in_several_groups_and_a_group_may_be_empty():
    members = {
        "cycle": np.array([0, 1]),
        "odd": np.array([False, True, False]),
        "none": np.array([], dtype=int),
    }
    groups = Grouping.of(members, 3, "keys")
    assert groups.sizes.tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["a", "b"], r"keys: expected one label per token \(3\), got the shape \(2,\)"),
        ({"a": np.array([True])}, "a expected one entry per token"),
        ({"a": np.array([3])}, "a names a token outside 0–2"),
        ({}, "at least one group"),
    ],
)
def test_groups_that_do_not_fit_are_refused(groups, message):
    with pytest.raises(AnalysisError, match=message):
        Grouping.of(groups, 3, "keys")
