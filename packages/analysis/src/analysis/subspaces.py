"""The angles between the subspaces of two properties."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.geometry import principal_angles
from analysis.jackknife import jackknife_each
from analysis.trials import Labels, finite_array, same_length, shuffled_labels


@dataclass(frozen=True)
class PropertyAngles:
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
    activity = activity - activity.mean(0)

    def statistics(kept: np.ndarray, second: np.ndarray = b) -> np.ndarray:
        angles = principal_angles(*_spans(activity[kept], a[kept], second[kept]))
        return np.r_[np.mean(np.cos(angles) ** 2), np.degrees(angles)]

    overlap, *angles = jackknife_each(statistics, columns[2], seed=seed)
    rows = np.arange(len(activity))
    shuffles = shuffled_labels(b, columns[2], permutations, seed)
    draws = np.array([statistics(rows, each)[0] for each in shuffles])
    how = f"mean squared cosine of the principal angles, {overlap.how}"
    null = null_of(overlap.value, draws, "shuffled labels of the second property")
    return PropertyAngles(tuple(angles), replace(overlap, how=how, null=null))


def _spans(activity: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal bases of the effects of either property, fitted by least squares to both."""
    member = [(column == np.arange(column.max() + 1)[:, None]).astype(float) for column in (first, second)]
    design = np.vstack([np.ones(len(activity)), *member])
    gram = design @ design.T
    sizes = [len(each) for each in member]
    if min(sizes) < 2 or np.linalg.matrix_rank(gram, hermitian=True) < sum(sizes) - 1:
        raise AnalysisError(
            f"{sizes[0]} and {sizes[1]} classes cannot be told apart: expected two properties of at least two "
            "classes, in combinations of which neither tells the other"
        )
    effects = np.linalg.pinv(gram, hermitian=True) @ (design @ activity)
    return _basis(effects[1 : sizes[0] + 1]), _basis(effects[sizes[0] + 1 :])


def _basis(effects: np.ndarray) -> np.ndarray:
    """Directions in which C class effects differ: C − 1 of them, fewer where there are fewer features."""
    _, _, directions = np.linalg.svd(effects - effects.mean(0), full_matrices=False)
    return directions[: len(effects) - 1].T
