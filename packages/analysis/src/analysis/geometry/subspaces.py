"""The angles between the subspaces of two properties."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.geometry.conditions import principal_angles
from analysis.inference.jackknife import jackknife_each
from analysis.shown import Shown
from analysis.trials import Labels, finite_array, same_length, shuffled_labels


@dataclass(frozen=True)
class PropertyAngles(Shown):
    """Principal angles in degrees, smallest first, and the overlap, mean cos² of them, with its null."""

    angles: tuple[Estimate, ...]
    overlap: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite(asdict(self))


def property_angles(
    activity: Float[np.ndarray, "trials features"],
    first: Labels,
    second: Labels,
    groups: Labels,
    *,
    permutations: int = 1000,
    seed: int = 0,
) -> PropertyAngles:
    """Angles between the spans of the class effects of two properties.

        x = μ + α_first + β_second + ε,   cos θ_k = σ_k(Q_αᵀ Q_β)

    Both effects are fitted together, so that properties that go together do not share them. The null shuffles
    the second property: what a subspace drawn from the activity's own covariance would overlap (Elsayed et
    al. 2016). Sampling noise turns subspaces apart, never together: an angle is an upper bound.

    Raises:
        AnalysisError: numbers that are not finite, lengths that differ, one class, or properties of which one
            tells the other.
    """
    activity = finite_array("activity", activity, "trials features")
    columns = same_length(len(activity), first=first, second=second, groups=groups)
    a, b = (np.unique(column, return_inverse=True)[1] for column in columns[:2])
    overlap, *angles = jackknife_each(
        lambda kept: _statistics(_Effects.of(activity[kept], a[kept], b[kept])), columns[2], seed=seed
    )
    whole, shuffles = _Effects.of(activity, a, b), shuffled_labels(b, columns[2], permutations, seed)
    draws = np.array([_statistics(whole.with_second(activity, a, each))[0] for each in shuffles])
    how = f"mean squared cosine of the principal angles, {overlap.how}"
    null = null_of(overlap.value, draws, "shuffled labels of the second property")
    return PropertyAngles(tuple(angles), replace(overlap, how=how, null=null))


@dataclass(frozen=True)
class _Effects:
    """What least squares needs of trials: how often classes meet, and the sums of activity in each."""

    meetings: Float[np.ndarray, "first second"]
    first: Float[np.ndarray, "first features"]
    second: Float[np.ndarray, "second features"]

    @classmethod
    def of(cls, activity: np.ndarray, first: np.ndarray, second: np.ndarray) -> "_Effects":
        a, b = _member(first), _member(second)
        return cls(a @ b.T, a @ activity, b @ activity)

    def with_second(self, activity: np.ndarray, first: np.ndarray, second: np.ndarray) -> "_Effects":
        """The same trials with other labels of the second property."""
        b = _member(second)
        return replace(self, meetings=_member(first) @ b.T, second=b @ activity)

    def bases(self) -> tuple[np.ndarray, np.ndarray]:
        """Directions in which the effects of either property differ, fitted together with the other's."""
        a, b = self.meetings.sum(1), self.meetings.sum(0)
        gram = np.block(
            [
                [np.array([[a.sum()]]), a[None], b[None]],
                [a[:, None], np.diag(a), self.meetings],
                [b[:, None], self.meetings.T, np.diag(b)],
            ]
        )
        if min(a.size, b.size) < 2 or np.linalg.matrix_rank(gram, hermitian=True) < a.size + b.size - 1:
            raise AnalysisError(
                f"{a.size} and {b.size} classes cannot be told apart: expected two properties of at least two "
                "classes, in combinations of which neither tells the other"
            )
        sums = np.vstack([self.first.sum(0), self.first, self.second])
        effects = np.linalg.pinv(gram, hermitian=True) @ sums
        return _basis(effects[1 : a.size + 1]), _basis(effects[a.size + 1 :])


def _member(index: np.ndarray) -> np.ndarray:
    return (index == np.arange(index.max() + 1)[:, None]).astype(float)


def _statistics(effects: _Effects) -> np.ndarray:
    """Overlap, then the angles in degrees."""
    angles = principal_angles(*effects.bases())
    return np.r_[np.mean(np.cos(angles) ** 2), np.degrees(angles)]


def _basis(effects: np.ndarray) -> np.ndarray:
    """Directions in which C class effects differ: C − 1 of them, fewer where there are fewer features."""
    _, _, directions = np.linalg.svd(effects - effects.mean(0), full_matrices=False)
    return directions[: len(effects) - 1].T
