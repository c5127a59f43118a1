import math

import pytest

from analysis import Estimate
from analysis.inference.decision import disagreement, side_of


def estimate(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, 5)


@pytest.mark.parametrize(
    ("low", "high", "p", "side"),
    [
        (0.1, 0.3, 0.01, "greater"),
        (-0.3, -0.1, 0.01, "less"),
        (0.1, 0.3, None, "greater"),
        (0.1, 0.3, 0.2, ""),
        (-0.1, 0.3, 0.01, ""),
        (math.nan, math.nan, 0.01, ""),
        (0.1, 0.3, math.nan, ""),
    ],
)
def test_a_side_needs_interval_and_p(low, high, p, side):
    assert side_of(estimate(low, high), 0.0, 0.0, p) == side


@pytest.mark.parametrize(
    ("low", "high", "p", "said"),
    [
        (-0.1, 0.3, 0.01, "p = 0.01, but the interval holds 0"),
        (math.nan, math.nan, 0.01, "p = 0.01, but there is no interval"),
        (0.1, 0.3, 0.2, "the interval leaves 0 out, but p = 0.2"),
        (0.1, 0.3, 0.01, ""),
        (-0.1, 0.3, 0.2, ""),
        (0.1, 0.3, None, ""),
    ],
)
def test_interval_and_p_that_disagree_are_told(low, high, p, said):
    assert disagreement(estimate(low, high), 0.0, 0.0, p, null="0") == said
