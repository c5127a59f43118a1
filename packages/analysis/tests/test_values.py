import math

import numpy as np
import pytest

from analysis import AnalysisError
from analysis.values import checked, paired_gaps, without_rounding


@pytest.mark.parametrize("values", [[1, 2], [1.0, 2.0], np.array([1, 2], dtype=np.int8), (1.0, 2.0)])
def test_any_list_of_numbers_becomes_a_vector_of_float64(values):
    assert checked(values).tolist() == [1.0, 2.0]
    assert checked(values).dtype == np.float64


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], r"at least one value, got the shape \(0,\)"),
        (np.ones((2, 2)), r"got the shape \(2, 2\)"),
        ([0.0, math.nan, math.inf], "2 of 3 are not"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused(values, message):
    with pytest.raises(AnalysisError, match=message):
        checked(values)


def test_differences_that_are_rounding_errors_are_none():
    assert paired_gaps([0.1 * 3, 0.7], [0.3, 0.7]).tolist() == [0.0, 0.0]
    assert np.ptp(paired_gaps([0.4, 0.9], [0.3, 0.8])) == 0.0


def test_small_differences_that_are_real_stay():
    assert without_rounding(np.array([1e-9, 3e-9]), 1.0).tolist() == [1e-9, 3e-9]
