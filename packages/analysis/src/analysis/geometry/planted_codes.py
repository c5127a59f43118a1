"""States of a made-up memory whose code is known, to try methods on before they are believed."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Int
from scipy import stats

from analysis.words import one_of

Kind = Literal["slots", "shared rotating", "noise"]


@dataclass(frozen=True)
class PlantedCode:
    """States over steps, and for the item shown at each step its label and its condition."""

    states: Float[np.ndarray, "trials steps features"]
    labels: Int[np.ndarray, "trials steps"]
    conditions: Int[np.ndarray, "trials steps"]
    groups: Int[np.ndarray, " trials"]


def planted_code(
    kind: Kind, *, trials: int = 1200, steps: int = 4, features: int = 40, noise: float = 0.3, seed: int = 0
) -> PlantedCode:
    """Draw trials in which every item stays until the end.

        state_t = Σ_{s ≤ t} z_s F + e + ε_t

    z is the item's point in three dimensions, one of four classes in each of 16 variants (64 conditions).
    The frame F is the item's own and constant in "slots" (F_s), and that of its age, the same for all items, in
    "shared rotating" (F_{t−s}); "noise" has no items. e lasts the whole trial and carries no item at all.

    Raises:
        AnalysisError: there is no such kind.
    """
    one_of("kind", kind, get_args(Kind))
    rng = np.random.default_rng(seed)
    conditions = rng.permuted(np.tile(np.resize(np.arange(64), trials)[:, None], steps), axis=0)
    points = _points(rng)[conditions]
    frames = stats.ortho_group.rvs(features, random_state=rng)[: 3 * steps].reshape(steps, 3, features)
    states = noise * (rng.normal(size=(trials, 1, features)) + rng.normal(size=(trials, steps, features)))
    for step in range(steps if kind != "noise" else 0):
        for shown in range(step + 1):
            frame = frames[shown if kind == "slots" else step - shown]
            states[:, step] += points[:, shown] @ frame
    return PlantedCode(states, conditions // 16, conditions, np.arange(trials))


def _points(rng: np.random.Generator) -> np.ndarray:
    """Four corners of a tetrahedron, and sixteen variants about each."""
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    return np.repeat(corners, 16, axis=0) + 0.25 * rng.normal(size=(64, 3))
