"""Where a track will be: at its last place, at constant velocity, or where a Kalman filter expects it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

Steps = Float[np.ndarray, " tracks"]
Place = Float[np.ndarray, "tracks 2"]
State = Float[np.ndarray, "tracks state"]


class Motion(ABC):
    """A model of motion: pure functions of a state [tracks, state], whose first two columns are y and x, in px."""

    @abstractmethod
    def begin(self, place: Place) -> State:
        """The state of tracks of one detection."""

    @abstractmethod
    def predict(self, state: State, steps: Steps) -> State:
        """The state so many frames later."""

    @abstractmethod
    def update(self, state: State, place: Place, steps: Steps) -> State:
        """The state after a detection has been seen so many frames after the last."""

    def spread(self, predicted: State) -> Steps:
        """How far from the predicted place a detection is to be expected, in units of a new track's; 1 by default."""
        return np.ones(len(predicted))


class Still(Motion):
    """An object is where it was."""

    def begin(self, place: Place) -> State:
        """The place."""
        return place

    def predict(self, state: State, steps: Steps) -> State:
        """The same place."""
        return state

    def update(self, state: State, place: Place, steps: Steps) -> State:
        """The place of the detection."""
        return place


class Velocity(Motion):
    """An object keeps a velocity that forgets half of itself with each step; one that was seen once stands still.

    v ← v + ½ (Δp / Δt − v),   the first velocity whole
    """

    def begin(self, place: Place) -> State:
        """Place, velocity, and whether a velocity is known."""
        return np.column_stack([place, np.zeros((len(place), 3))])

    def predict(self, state: State, steps: Steps) -> State:
        """The place p + v Δt."""
        moved = state.copy()
        moved[:, :2] += state[:, 2:4] * steps[:, None]
        return moved

    def update(self, state: State, place: Place, steps: Steps) -> State:
        """The velocity of the last displacement, averaged with the one before."""
        seen = (place - state[:, :2]) / steps[:, None]
        share = np.where(state[:, 4:] > 0, 0.5, 1.0)
        velocity = state[:, 2:4] + share * (seen - state[:, 2:4])
        return np.column_stack([place, velocity, np.ones(len(place))])


class Kalman(Motion):
    """A Kalman filter of constant velocity that is disturbed by white acceleration (Bar-Shalom 2001, chapter 6).

    Both axes have one covariance, P = [[a, b], [b, c]] of place and velocity, and a state is (y, x, vy, vx, a, b, c).

        P ← F P Fᵀ + q² [[Δt³/3, Δt²/2], [Δt²/2, Δt]],   K = (a, b) / (a + noise²)

    Args:
        noise: standard deviation of a detection's place on one axis, px.
        acceleration: q, standard deviation of the change of velocity on one axis within a frame, px per frame.
        speed: standard deviation of the velocity of a new track on one axis, px per frame.
    """

    def __init__(self, noise: float = 0.3, acceleration: float = 0.1, speed: float = 1.5):
        self.noise, self.acceleration, self.speed = noise, acceleration, speed

    def begin(self, place: Place) -> State:
        """At rest, with the spread that a velocity may have."""
        state = np.zeros((len(place), 7))
        state[:, :2] = place
        state[:, 4], state[:, 6] = self.noise**2, self.speed**2
        return state

    def predict(self, state: State, steps: Steps) -> State:
        """The place p + v Δt, and the covariance that has grown."""
        y, x, vy, vx, a, b, c = state.T
        white = self.acceleration**2 * steps
        grown = a + (2 * b + c * steps) * steps + white * steps**2 / 3
        both, velocity = b + c * steps + white * steps / 2, c + white
        return np.column_stack([y + vy * steps, x + vx * steps, vy, vx, grown, both, velocity])

    def spread(self, predicted: State) -> Steps:
        """The standard deviation sqrt(a + noise²), over that of a new track a frame later."""
        new = self.predict(self.begin(np.zeros((1, 2))), np.ones(1))
        return np.sqrt((predicted[:, 4] + self.noise**2) / (new[0, 4] + self.noise**2))

    def update(self, state: State, place: Place, steps: Steps) -> State:
        """The prediction, corrected by the gain times what it missed."""
        predicted = self.predict(state, steps)
        a, b, c = predicted[:, 4:].T
        gain, drift = a / (a + self.noise**2), b / (a + self.noise**2)
        missed = place - predicted[:, :2]
        corrected = predicted[:, :2] + gain[:, None] * missed, predicted[:, 2:4] + drift[:, None] * missed
        return np.column_stack([*corrected, a * (1 - gain), b * (1 - gain), c - drift * b])


MOTIONS: Mapping[str, Callable[[], Motion]] = {"velocity": Velocity, "kalman": Kalman, "none": Still}
"""The models of motion by name; each has defaults."""
