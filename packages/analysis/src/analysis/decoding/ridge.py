"""Ridge regression on class indicators."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.positive import solve_positive
from analysis.decoding.weights import (
    Solve,
    SolveSums,
    Weights,
    centred,
    class_sums,
    single,
    weights_about,
)
from analysis.errors import AnalysisError


@dataclass(frozen=True)
class Ridge:
    """One ridge regression per class on targets of ±1.

        W = (XᵀX + α I)⁻¹ Xᵀ Y,   X and Y centred

    Equal to scikit-learn's RidgeClassifier. The factorisation knows no labels: all labelings are one product. It
    leans to the larger class where classes are unequal; `LDA` does not.
    """

    alpha: float = 1.0

    def __post_init__(self):
        if not self.alpha > 0:
            raise AnalysisError(f"alpha must be above 0, got {self.alpha}")

    def prepare(self, features: Float[np.ndarray, "times rows features"]) -> Solve:
        """Form XᵀX + αI once per time."""
        rows, means = centred(features)
        gram = rows.mT @ rows
        gram[:, *np.diag_indices(gram.shape[-1])] += self.alpha
        return _Regression(rows, means, gram)


@dataclass(frozen=True)
class _Regression:
    """One labelling by one solve, many by one inverse."""

    rows: Float[np.ndarray, "times rows features"]
    means: Float[np.ndarray, "times features"]
    gram: Float[np.ndarray, "times features features"]

    def __call__(self, member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
        """Solve for one labelling or for many."""
        sums = class_sums(self.rows, member.mT)
        if len(member) > 1:
            return _solved(self._inverse, self.means, sums, member.mean(1))
        found = 2 * solve_positive(self.gram, sums[:, 0])[:, None]
        return weights_about(self.means, found, _offsets(found, member.mean(1)))

    def of_sums(self, shift: Float[np.ndarray, " features"]) -> SolveSums:
        """Solve for the sums of many labelings."""
        inverse, means = single(self._inverse, self.means - shift)

        def solve(sums: np.ndarray, counts: np.ndarray) -> Weights:
            about = sums - counts[:, :, None] * means[:, None, None]
            return _solved(inverse, means, about, counts / counts.sum(1, keepdims=True))

        return solve

    @cached_property
    def _inverse(self) -> np.ndarray:
        return np.linalg.inv(self.gram)


def _solved(inverse: np.ndarray, means: np.ndarray, sums: np.ndarray, share: np.ndarray) -> Weights:
    lines = sums.reshape(len(sums), -1, sums.shape[-1])
    found = 2 * (lines @ inverse).reshape(sums.shape)
    return weights_about(means, found, _offsets(found, share))


def _offsets(found: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Mean of the targets, which are 1 for the class and −1 for the others."""
    return np.broadcast_to(2 * share - 1, found.shape[:3])
