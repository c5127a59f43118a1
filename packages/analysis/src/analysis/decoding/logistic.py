"""Logistic regression, which has no closed form."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.weights import Solve, Weights
from analysis.errors import AnalysisError


@dataclass(frozen=True)
class Logistic:
    """scikit-learn's LogisticRegression (L2), fitted anew for every training time and labelling.

    A thousand permutations are a thousand fits: prefer `LDA` or `Ridge` where a null is wanted soon. With
    `class_weight="balanced"` unequal classes count alike.
    """

    inverse_penalty: float = 1.0
    class_weight: Literal["balanced"] | None = "balanced"
    iterations: int = 1000

    def __post_init__(self):
        if not self.inverse_penalty > 0:
            raise AnalysisError(f"inverse_penalty must be above 0, got {self.inverse_penalty}")

    def prepare(self, features: Float[np.ndarray, "times rows features"]) -> Solve:
        """Keep the features; there is nothing to factorise."""

        def solve(member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
            codes = member.argmax(-1)
            fits = [[self._fit(rows, labels, member.shape[-1]) for labels in codes] for rows in features]
            return Weights(
                np.array([[fit[0] for fit in line] for line in fits]),
                np.array([[fit[1] for fit in line] for line in fits]),
            )

        return solve

    def _fit(self, rows: np.ndarray, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(
            C=self.inverse_penalty, class_weight=self.class_weight, max_iter=self.iterations, tol=1e-8
        ).fit(rows, labels)
        if classes > 2:
            return model.coef_, model.intercept_
        halves = np.array(
            [-0.5, 0.5]
        )  # the symmetric form of the two-class model, whose gap is the fitted one
        return halves[:, None] * model.coef_, halves * model.intercept_
