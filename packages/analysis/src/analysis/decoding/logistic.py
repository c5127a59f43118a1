"""Logistic regression, which has no closed form."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.weights import Solve, Weights
from analysis.errors import AnalysisError
from analysis.words import one_of


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
        if self.class_weight is not None:
            one_of("class_weight", self.class_weight, ("balanced",))
        if not self.inverse_penalty > 0:
            raise AnalysisError(f"inverse_penalty must be above 0, got {self.inverse_penalty}")

    def prepare(self, features: Float[np.ndarray, "times rows features"]) -> Solve:
        """Keep the features; there is nothing to factorise."""
        return _Fits(self, features)

    def fitted(self, rows: np.ndarray, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients and intercepts of one time and labelling."""
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


@dataclass(frozen=True)
class _Fits:
    """Fits for every time and labelling."""

    how: Logistic
    features: Float[np.ndarray, "times rows features"]

    def __call__(self, member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
        """Fit each labelling by itself."""
        codes, classes = member.argmax(-1), member.shape[-1]
        fits = [[self.how.fitted(rows, labels, classes) for labels in codes] for rows in self.features]
        coefficients, intercepts = (
            np.array([[fit[part] for fit in line] for line in fits]) for part in (0, 1)
        )
        return Weights(coefficients, intercepts)

    def of_sums(self, shift: Float[np.ndarray, " features"]) -> None:
        """Sums do not tell what a logistic regression needs."""
