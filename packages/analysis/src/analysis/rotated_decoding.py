"""Decoders that are fitted to one state, rotated, and read from another."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from analysis.alignment import Alignment, Rotation
from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.geometry import SharedSpace, half_means, shared_space
from analysis.inference import cluster_estimate
from analysis.trials import Labels, finite_array, group_parts, same_length

BLOCK = 50
"""Rotations of the null that are scored at once."""


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
        lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors).fit(points, labels)
        if classes.size == 2:
            return cls(np.hstack([-lda.coef_.T, lda.coef_.T]) / 2, np.r_[-lda.intercept_, lda.intercept_] / 2)
        return cls(lda.coef_.T, lda.intercept_)

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


@dataclass(frozen=True)
class Reconstruction:
    """Balanced accuracies in the target, on held-out trials, of four decoders.

    `reconstructed` is the source's, rotated, against rotations fitted to shuffled pairs; `fitted` the target's
    own; `direct` the source's as it is, only centred; `source` is the source's own in the source. `kept` is
    (reconstructed − chance) / (fitted − chance).
    """

    reconstructed: Estimate
    fitted: Estimate
    direct: Estimate
    source: Estimate
    kept: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite(asdict(self))


@dataclass(frozen=True)
class Crossing:
    """The rotation between two states of the same trials, and those between shuffled pairs of their averages."""

    rotation: Rotation
    shuffled: Float[np.ndarray, "permutations dim dim"]

    @classmethod
    def fit(
        cls,
        means: tuple[Float[np.ndarray, "2 conditions features"], Float[np.ndarray, "2 conditions features"]],
        space: SharedSpace,
        alignment: Alignment,
    ) -> "Crossing":
        """Fit them in a space that both states share."""
        before, after = (space.project(side) for side in means)
        rotation = alignment.fit(_flat(before), _flat(after))
        orders = alignment.shuffles(before.shape[1])
        shuffled = _flat(after[:, orders].swapaxes(0, 1) - rotation.target_center)
        matrices, _ = alignment.solve(_flat(before) - rotation.source_center, shuffled)
        return cls(rotation, matrices)

    def null(
        self, readout: Readout, own: Rotation, points: np.ndarray, truth: np.ndarray, weights: np.ndarray
    ) -> Float[np.ndarray, " permutations"]:
        """Weighted sum of hits with every shuffled rotation."""
        blocks = np.array_split(self.shuffled, -(-len(self.shuffled) // BLOCK))
        return np.concatenate([readout.rotated(own, block).hits(points, truth) @ weights for block in blocks])


def reconstruct(
    source: Float[np.ndarray, "source_trials features"],
    target: Float[np.ndarray, "target_trials features"],
    labels: Labels,
    conditions: Labels,
    groups: Labels,
    alignment: Alignment | None = None,
) -> Reconstruction:
    """Read the target's held-out trials with the source's decoder, carried over by the rotation between them.

    Space, rotation and decoder are fitted to the training trials; groups stay on one side of a split. The
    intercept is carried along. Intervals are over groups, chance is 1 / classes.

    Raises:
        AnalysisError: fewer than five conditions per component, a condition or a class that is missing from
            a part of the trials, numbers that are not finite, or lengths that differ.
    """
    alignment = alignment or Alignment()
    states = [finite_array(n, s, "trials features") for n, s in (("source", source), ("target", target))]
    rows = len(states[0])
    _, labels, conditions, groups = same_length(
        rows, target=states[1], labels=labels, conditions=conditions, groups=groups
    )
    classes = several_classes(labels)
    hits, null = np.empty((4, rows)), np.zeros(alignment.permutations)
    fold = group_parts(groups, labels, alignment.folds, seed=alignment.seed)
    weights = balance(labels)
    for part in range(alignment.folds):
        test = fold == part
        hits[:, test], draws = _fold(states, labels, conditions, groups, test, classes, alignment)
        null += draws
    return _reconstruction(hits * weights, null / rows, classes.size, groups)


def _fold(states, labels, conditions, groups, test, classes, alignment) -> tuple[np.ndarray, np.ndarray]:
    """Hits of the four decoders on the test trials, and the weighted sums of hits of the null."""
    means = half_means(
        states[0][~test], states[1][~test], conditions[~test], groups[~test], seed=alignment.seed
    )
    space = shared_space(means, alignment.components)
    crossing = Crossing.fit(means, space, alignment)
    before, after = (space.project(state) for state in states)
    readouts = [Readout.fit(state[~test], labels[~test], classes) for state in (before, after)]
    truth, own = np.searchsorted(classes, labels[test]), crossing.rotation
    still = Rotation(own.matrix, 1.0, own.source_center, own.target_center)
    hits = [
        readouts[0].rotated(own, own.matrix).hits(after[test], truth),
        plain(readouts[1]).hits(after[test], truth),
        readouts[0].rotated(still, np.eye(len(own.matrix))).hits(after[test], truth),
        plain(readouts[0]).hits(before[test], truth),
    ]
    return np.array(hits), crossing.null(readouts[0], own, after[test], truth, balance(labels)[test])


def _reconstruction(hits: np.ndarray, null: np.ndarray, classes: int, groups: np.ndarray) -> Reconstruction:
    chance = 1 / classes
    found, fitted, direct, source = (accuracy(row, groups, chance) for row in hits)
    kept = kept_share(hits[0], hits[1], chance, groups, of="the target's own decoder")
    return Reconstruction(against_shuffled(found, null), fitted, direct, source, kept)


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


def plain(readout: Readout) -> RotatedReadout:
    """The decoder as it was fitted."""
    return RotatedReadout(readout.weights, readout.offset, np.zeros(len(readout.weights)))


def _flat(means: np.ndarray) -> np.ndarray:
    """Both halves as one list of points."""
    return means.reshape(*means.shape[:-3], -1, means.shape[-1])
