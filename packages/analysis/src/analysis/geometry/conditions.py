"""Condition averages, the space they share, and the angles between subspaces."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import linalg

from analysis.errors import AnalysisError
from analysis.trials import Labels, finite_array, group_parts, same_length

CONDITIONS_PER_COMPONENT = 5
"""With fewer conditions than this per dimension, a rotation fits whatever it is given."""

ROUNDING = 1e-12
"""Averages that differ by less, relative to their size, are equal."""


def condition_means(
    activity: Float[np.ndarray, "trials features"], conditions: Labels
) -> Float[np.ndarray, "conditions features"]:
    """Average the trials of each condition; conditions in sorted order."""
    activity = finite_array("activity", activity, "trials features")
    (conditions,) = same_length(len(activity), conditions=conditions)
    names, index = np.unique(conditions, return_inverse=True)
    member = index == np.arange(names.size)[:, None]
    return member.astype(float) @ activity / member.sum(1, keepdims=True)


def half_means(
    source: Float[np.ndarray, "source_trials features"],
    target: Float[np.ndarray, "target_trials features"],
    conditions: Labels,
    groups: Labels,
    *,
    seed: int = 0,
) -> tuple[Float[np.ndarray, "2 conditions features"], Float[np.ndarray, "2 conditions features"]]:
    """Pair the condition averages of two states of the same trials, so that no pair shares a trial.

    The source's averages of either half stand beside the target's of the other. A fluctuation that outlasts
    the step from source to target would otherwise align the two without any code of the conditions.

    Raises:
        AnalysisError: a condition has fewer than two groups.
    """
    conditions, groups = same_length(len(source), conditions=conditions, groups=groups)
    half = group_parts(groups, conditions, 2, seed=seed)
    names = np.unique(conditions)
    for side in (0, 1):
        if missing := sorted(set(names.tolist()) - set(conditions[half == side].tolist())):
            raise AnalysisError(
                f"condition {missing[0]} is in one half of the groups only ({len(missing)} such); "
                "each needs at least two groups: merge conditions or use more trials"
            )
    sides = [
        [condition_means(state[half == side], conditions[half == side]) for side in (0, 1)]
        for state in (source, target)
    ]
    return np.stack(sides[0]), np.stack(sides[1][::-1])


@dataclass(frozen=True)
class SharedSpace:
    """Orthonormal directions in which sets of condition averages vary most, and the share of variance kept."""

    basis: Float[np.ndarray, "features components"]
    kept: float

    @property
    def components(self) -> int:
        """Number of dimensions."""
        return self.basis.shape[1]

    def project(self, activity: Float[np.ndarray, "*axes features"]) -> Float[np.ndarray, "*axes components"]:
        """Coordinates of activity in this space."""
        return activity @ self.basis


def shared_space(
    sets: Sequence[Float[np.ndarray, "halves conditions features"]], components: int | None = None
) -> SharedSpace:
    """Principal components of condition averages, each set about its own centre.

    Pairings of conditions do not change it, so a null of shuffled pairs may use it too. It has at most a fifth
    as many dimensions as there are conditions: C unit vectors in more dimensions are aligned by some rotation
    whatever they are.

    Raises:
        AnalysisError: too few conditions for the components, or averages that do not vary.
    """
    most = min(means.shape[1] for means in sets) // CONDITIONS_PER_COMPONENT
    if most < 1 or (components or 1) > most:
        raise AnalysisError(
            f"expected at least {CONDITIONS_PER_COMPONENT * (components or 1)} conditions for {components or 1} "
            f"components, got {min(means.shape[1] for means in sets)}; average over finer conditions"
        )
    for means in sets:
        if np.ptp(means, axis=(0, 1)).max() <= ROUNDING * np.abs(means).max():
            raise AnalysisError(
                "expected condition averages that differ, got equal ones: there is no code to align"
            )
    centred = np.concatenate([(means - means.mean((0, 1))).reshape(-1, means.shape[-1]) for means in sets])
    _, values, directions = linalg.svd(centred, full_matrices=False)
    rank = int((values > ROUNDING * values[0]).sum())
    used = min(components or most, rank)
    variance = values**2
    return SharedSpace(directions[:used].T, float(variance[:used].sum() / variance.sum()))


def principal_angles(
    first: Float[np.ndarray, "features k"], second: Float[np.ndarray, "same_features l"]
) -> Float[np.ndarray, " angles"]:
    """Angles in radians between the spans of two sets of columns, smallest first (Björck & Golub 1973)."""
    first = finite_array("first", first, "features k")
    second = finite_array("second", second, "features l")
    if len(first) != len(second):
        raise AnalysisError(f"expected subspaces of one space, got {len(first)} and {len(second)} features")
    return linalg.subspace_angles(first, second)[::-1]
