"""Ridge regression on class indicators."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.weights import Solve, Weights, centred, weights_about
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
        labelings, count, classes = member.shape
        targets = 2.0 * member - 1
        products = self.rows.mT @ targets.transpose(1, 0, 2).reshape(count, labelings * classes)
        found = np.linalg.solve(self.gram, products) if labelings == 1 else self._inverse @ products
        found = found.reshape(*found.shape[:2], labelings, classes).transpose(0, 2, 1, 3)
        offsets = np.broadcast_to(targets.mean(1), (len(self.means), labelings, classes))
        return weights_about(self.means, found, offsets)

    @cached_property
    def _inverse(self) -> np.ndarray:
        return np.linalg.inv(self.gram)
