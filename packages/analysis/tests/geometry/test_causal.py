import json
import re

import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.geometry.causal import Push, causal_test, control_directions, dose_response

GROUPS = np.arange(200)
READOUT = np.eye(12)[0]


def pushed(direction: np.ndarray, seed: int = 0) -> Push:
    """A made-up network whose answer reads one direction of its state."""
    states = np.random.default_rng(seed).normal(size=(200, 12))
    return Push(1 / (1 + np.exp(-(states + direction) @ READOUT)), float(np.linalg.norm(direction)))


def measured(direction: np.ndarray, irrelevant: np.ndarray):
    random = [pushed(each) for each in control_directions(2 * READOUT, 39, seed=1)]
    return causal_test(pushed(0 * READOUT).response, pushed(direction), pushed(irrelevant), random, GROUPS)


def test_the_direction_that_is_read_is_specific():
    found = measured(2 * READOUT, 2 * np.eye(12)[1])
    assert found.verdict == "specific"
    assert found.effect.low > 0.2
    assert found.effect.null.p == pytest.approx(1 / 40)
    assert found.irrelevant.value == 0


def test_the_other_way_is_as_much_of_an_effect():
    found = measured(-2 * READOUT, 2 * np.eye(12)[1])
    assert found.effect.high < -0.2
    assert found.verdict == "specific"
    assert found.over_irrelevant.value == pytest.approx(-found.effect.value)


def test_a_direction_that_is_not_read_makes_no_detectable_difference():
    found = measured(2 * np.eye(12)[1], 2 * np.eye(12)[2])
    assert found.verdict == "no detectable difference"
    assert found.effect.null.p > 0.05


def test_an_effect_that_the_irrelevant_property_has_too_is_not_specific():
    found = measured(2 * READOUT, -2 * READOUT)
    assert found.verdict == "not specific"
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["verdict"] == "not specific"


def test_the_effect_is_the_paired_mean_with_students_interval():
    rng = np.random.default_rng(0)
    untouched, moved = rng.random((2, 200))
    random = [Push(rng.random(200), 1.0) for _ in range(19)]
    found = causal_test(untouched, Push(moved, 1.0), Push(untouched, 1.0), random, GROUPS).effect
    expected = stats.ttest_rel(moved, untouched).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_slope_over_doses_is_that_of_scipy():
    rng = np.random.default_rng(0)
    doses = np.array([-2.0, -1, 0, 1, 3])
    responses = 0.3 * doses[:, None] + rng.normal(size=(5, 50))
    found = dose_response(doses, responses, np.arange(50))
    assert found.value == pytest.approx(stats.linregress(doses, responses.mean(1)).slope)
    assert found.low < 0.3 < found.high


def test_control_directions_have_the_length_of_the_direction():
    direction = np.random.default_rng(0).normal(size=12)
    drawn = control_directions(direction, 30)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), np.linalg.norm(direction))
    assert np.unique(drawn.round(6), axis=0).shape == (30, 12)


def test_controls_like_the_activity_stay_where_it_is():
    activity = np.random.default_rng(0).normal(size=(300, 2)) * [5, 1] @ np.eye(12)[:2] + 7
    drawn = control_directions(READOUT, 400, like=activity)
    np.testing.assert_allclose(drawn[:, 2:], 0, atol=1e-9)
    assert np.mean(drawn[:, 0] ** 2) > 0.6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"push": Push(np.zeros(200), 2.0)}, "pushes of one size above zero, got 1 to 2"),
        ({"random": [Push(np.zeros(200), 1.0)] * 5}, "at least 19 random directions, got 5"),
        ({"irrelevant": Push(np.zeros(3), 1.0)}, "response: expected one per trial (200), got 3"),
        ({"push": Push(np.full(200, np.nan), 1.0)}, "response: 200 of 200 numbers are not finite"),
        ({"groups": np.arange(3)}, "groups: expected one per trial (200), got 3"),
    ],
)
def test_pushes_that_cannot_be_compared_are_refused(change, message):
    still = Push(np.zeros(200), 1.0)
    asked = {"push": still, "irrelevant": still, "random": [still] * 19, "groups": GROUPS, **change}
    with pytest.raises(AnalysisError, match=re.escape(message)):
        causal_test(np.zeros(200), **asked)


def test_one_dose_has_no_slope_and_no_direction_no_control():
    with pytest.raises(AnalysisError, match="at least two different doses"):
        dose_response(np.ones(2), np.ones((2, 5)), np.arange(5))
    with pytest.raises(AnalysisError, match="not zero"):
        control_directions(np.zeros(3), 4)
