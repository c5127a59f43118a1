"""One direction per class, in the space the activity was given in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from analysis.errors import AnalysisError
from analysis.trials import Labels, finite_array, same_length
from analysis.words import one_of

Fit = Callable[[Int[np.ndarray, " trials"]], Float[np.ndarray, "classes features"]]


@dataclass(frozen=True)
class Directions:
    """One direction per class, fitted to standardised features and mapped back to the space of the activity.

    "lda" is (S_w + λI)⁻¹(μ_c − μ) with λ the shrinkage, "means" only μ_c − μ, and "svm" the linear one-vs-rest
    support vector machine of the published index. `components` puts activity of different size on equal terms:
    its principal components are used instead of its features.
    """

    method: Literal["lda", "means", "svm"] = "lda"
    shrinkage: float = 0.1
    components: int | None = None

    def __post_init__(self):
        one_of("method", self.method, ("lda", "means", "svm"))

    def __call__(
        self, activity: Float[np.ndarray, "trials features"], labels: Labels
    ) -> Float[np.ndarray, "classes features"]:
        """Directions in raw space, classes in sorted order; w_raw = V (w_z / sd)."""
        activity = finite_array("activity", activity, "trials features")
        (labels,) = same_length(len(activity), labels=labels)
        return self.prepare(activity)(np.unique(labels, return_inverse=True)[1])

    def prepare(self, activity: Float[np.ndarray, "trials features"]) -> Fit:
        """Do once what many labelings of the same activity share."""
        points, raw = self._points(activity)
        spread = points.std(0)
        spread = np.where(spread > 0, spread, 1.0)
        fit = {"lda": self._lda, "means": _means, "svm": _svm}[self.method](points / spread)
        return lambda index: raw(fit(index) / spread)

    def _points(self, activity: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
        """Coordinates of the trials, and the way of directions back to raw space."""
        centred = activity - activity.mean(0)
        if self.components is None:
            return centred, lambda directions: directions
        if self.components > min(activity.shape[1], len(activity) - 1):
            raise AnalysisError(
                f"expected at least {self.components} features and more trials, got {activity.shape}"
            )
        basis = _leading(centred, self.components)
        return centred @ basis, lambda directions: directions @ basis.T

    def _lda(self, standard: np.ndarray) -> Fit:
        """Woodbury's identity: the total covariance, which knows no labels, is inverted once for all of them."""
        total = standard.T @ standard / len(standard)
        precision = np.linalg.inv(total + self.shrinkage * np.eye(len(total)))

        def fit(index: np.ndarray) -> np.ndarray:
            means, share = class_means(standard, index)
            scaled = means @ precision
            found = np.linalg.solve(np.eye(share.size) - (means @ scaled.T) * share, scaled)
            return found - found.mean(0)

        return fit


def _leading(
    centred: Float[np.ndarray, "trials features"], components: int
) -> Float[np.ndarray, "features components"]:
    """Orthonormal directions of largest variance, from the smaller of the two products."""
    if len(centred) >= centred.shape[1]:
        return np.linalg.eigh(centred.T @ centred)[1][:, : -components - 1 : -1]
    left = np.linalg.eigh(centred @ centred.T)[1][:, : -components - 1 : -1]
    return np.linalg.qr(centred.T @ left)[0]


def class_means(
    points: Float[np.ndarray, "trials dim"], index: Int[np.ndarray, " trials"]
) -> tuple[Float[np.ndarray, "classes dim"], Float[np.ndarray, " classes"]]:
    """Average of each class, and its share of the trials."""
    member = (index == np.arange(index.max() + 1)[:, None]).astype(float)
    return member @ points / member.sum(1, keepdims=True), member.mean(1)


def _means(standard: np.ndarray) -> Fit:
    def fit(index: np.ndarray) -> np.ndarray:
        means, _ = class_means(standard, index)
        return means - means.mean(0)

    return fit


def _svm(standard: np.ndarray) -> Fit:
    from sklearn.svm import LinearSVC

    def fit(index: np.ndarray) -> np.ndarray:
        weights = LinearSVC(random_state=0).fit(standard, index).coef_
        return weights if len(weights) > 1 else np.vstack([-weights, weights])

    return fit
