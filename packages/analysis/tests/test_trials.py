import numpy as np
import pytest

from analysis import AnalysisError
from analysis.trials import finite_array, group_parts, same_length


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
