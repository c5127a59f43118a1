"""A linear decoder that can be carried through a rotation, and what its hits amount to."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, null_of
from analysis.geometry.alignment import Rotation
from analysis.inference.student_t import cluster_estimate


@dataclass(frozen=True)
class Readout:
    """A linear decoder: the class with the largest score x W + w."""

    weights: Float[np.ndarray, "dim classes"]
    offset: Float[np.ndarray, " classes"]

    @classmethod
    def fit(
        cls, points: Float[np.ndarray, "trials dim"], labels: np.ndarray, classes: np.ndarray
    ) -> "Readout":
        """Shrinkage LDA with equal priors.

        Raises:
            AnalysisError: a class has fewer than two trials.
        """
        for label in classes:
            if (found := int((labels == label).sum())) < 2:
                raise AnalysisError(
                    f"class {label} has {found} trials to fit the decoder to, it needs two; use more trials"
                )
        priors = np.full(classes.size, 1 / classes.size)
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis  # slow to import

        lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors).fit(points, labels)
        if classes.size == 2:
            return cls(np.hstack([-lda.coef_.T, lda.coef_.T]) / 2, np.r_[-lda.intercept_, lda.intercept_] / 2)
        return cls(lda.coef_.T, lda.intercept_)

    @property
    def plain(self) -> "RotatedReadout":
        """The decoder as it was fitted."""
        return RotatedReadout(self.weights, self.offset, np.zeros(len(self.weights)))

    def rotated(self, own: Rotation, matrix: Float[np.ndarray, "*draws dim dim"]) -> "RotatedReadout":
        """The decoder of the source, for points of the target, through a rotation between the centres of `own`.

            score(y) = ((y − b) Rᵀ / s + a) W + w

        Only the rotation is exchanged; centres and scale stay those of the two states.
        """
        weights = np.swapaxes(matrix, -1, -2) @ self.weights / own.scale
        return RotatedReadout(weights, own.source_center @ self.weights + self.offset, own.target_center)


@dataclass(frozen=True)
class RotatedReadout:
    """Many decoders at once, one per rotation, about a common centre."""

    weights: Float[np.ndarray, "*draws dim classes"]
    offset: Float[np.ndarray, " classes"]
    center: Float[np.ndarray, " dim"]

    def hits(
        self, points: Float[np.ndarray, "trials dim"], truth: np.ndarray
    ) -> Bool[np.ndarray, "*draws trials"]:
        """Whether the best class is the true one (an index of the classes)."""
        return ((points - self.center) @ self.weights + self.offset).argmax(-1) == truth


def balance(labels: np.ndarray) -> Float[np.ndarray, " trials"]:
    """Weights with which the mean of hits is the balanced accuracy: N / (C n_c)."""
    _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return labels.size / (counts.size * counts[index])


def kept_share(
    found: np.ndarray, reference: np.ndarray, chance: float, groups: np.ndarray, *, of: str
) -> Estimate:
    """(found − chance) / (reference − chance) of two means over trials, with a linearised interval over groups.

    Not estimable where the reference's own interval holds chance.
    """
    base = cluster_estimate(reference, groups)
    if not base.low > chance:
        return Estimate.not_estimable(f"{of} is not above chance", n=base.n, chance=0.0)
    ratio = (found.mean() - chance) / (base.value - chance)
    shifted = ratio + (found - chance - ratio * (reference - chance)) / (base.value - chance)
    return cluster_estimate(shifted, groups, chance=0.0)


def several_classes(labels: np.ndarray) -> np.ndarray:
    """The classes in sorted order; one alone is refused."""
    classes = np.unique(labels)
    if classes.size < 2:
        raise AnalysisError(f"expected at least two classes, got {classes.size}: there is nothing to decode")
    return classes


def accuracy(hits: Float[np.ndarray, " trials"], groups: np.ndarray, chance: float) -> Estimate:
    """Balanced accuracy from weighted hits, with an interval over groups."""
    how = "balanced accuracy of held-out trials, 95% Student t over groups"
    return replace(cluster_estimate(hits, groups, chance=chance), how=how)


def against_shuffled(found: Estimate, null: np.ndarray) -> Estimate:
    """The accuracy held against those of rotations that were fitted to shuffled pairs."""
    how = "rotations fitted to shuffled pairs of conditions"
    return replace(found, null=null_of(found.value, null, how, alternative="greater"))
