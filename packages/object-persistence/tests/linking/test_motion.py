"""Models of motion, the filter against its matrices in float64."""

import numpy as np
import pytest

from object_persistence.linking.motion import MOTIONS, Kalman, Velocity


def matrices(filter_, place, steps):
    """Mean and covariance of (place, velocity) on one axis after each detection, by the textbook's matrices."""
    mean, covariance = np.array([place[0], 0.0]), np.diag([filter_.noise**2, filter_.speed**2])
    measure = np.array([[1.0, 0.0]])
    for seen, dt in zip(place[1:], steps, strict=True):
        forward = np.array([[1, dt], [0, 1]])
        white = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        mean, covariance = forward @ mean, forward @ covariance @ forward.T + filter_.acceleration**2 * white
        gain = covariance @ measure.T / (measure @ covariance @ measure.T + filter_.noise**2)
        mean = mean + gain[:, 0] * (seen - mean[0])
        covariance = (np.eye(2) - gain @ measure) @ covariance
    return mean, covariance


def test_the_filter_is_that_of_its_matrices():
    generator = np.random.default_rng(0)
    filter_, steps = Kalman(noise=0.4, acceleration=0.2, speed=1.1), [1.0, 3.0, 1.0, 2.0]
    place = generator.normal(size=(5, 3, 2))
    state = filter_.begin(place[0])
    for seen, dt in zip(place[1:], steps, strict=True):
        state = filter_.update(state, seen, np.full(3, dt))
    for track in range(3):
        for axis in (0, 1):
            mean, covariance = matrices(filter_, place[:, track, axis], steps)
            assert state[track, [axis, 2 + axis]] == pytest.approx(mean)
            assert state[track, 4:] == pytest.approx(covariance[[0, 0, 1], [0, 1, 1]])


def test_a_velocity_is_that_of_the_first_step_then_half_of_each_later_one():
    motion, one = Velocity(), np.ones(1)
    state = motion.update(motion.begin(np.array([[1.0, 1.0]])), np.array([[3.0, 1.0]]), one)
    assert motion.predict(state, one)[0, :2].tolist() == [5.0, 1.0]
    state = motion.update(state, np.array([[3.0, 5.0]]), 2 * one)
    assert motion.predict(state, one)[0, :2].tolist() == [4.0, 6.0]


@pytest.mark.parametrize("name", MOTIONS)
def test_a_new_track_is_expected_where_it_is_with_a_spread_of_one(name):
    motion = MOTIONS[name]()
    expected = motion.predict(motion.begin(np.array([[2.0, 7.0]])), np.ones(1))
    assert expected[0, :2].tolist() == [2.0, 7.0]
    assert motion.spread(expected).tolist() == [1.0]
