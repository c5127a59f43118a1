"""Decoders that are fitted to one state, rotated, and read from another."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.estimates import Estimate, finite
from analysis.geometry.alignment import Alignment, Rotation
from analysis.geometry.conditions import SharedSpace, half_means, shared_space
from analysis.geometry.rotated_readout import (
    Readout,
    accuracy,
    against_shuffled,
    balance,
    kept_share,
    several_classes,
)
from analysis.shown import Shown
from analysis.trials import Labels, finite_array, group_parts, same_length

BLOCK = 50
"""Rotations of the null that are scored at once."""


@dataclass(frozen=True)
class Reconstruction(Shown):
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


def _fold(
    states: list[np.ndarray],
    labels: np.ndarray,
    conditions: np.ndarray,
    groups: np.ndarray,
    test: np.ndarray,
    classes: np.ndarray,
    alignment: Alignment,
) -> tuple[np.ndarray, np.ndarray]:
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
        readouts[1].plain.hits(after[test], truth),
        readouts[0].rotated(still, np.eye(len(own.matrix))).hits(after[test], truth),
        readouts[0].plain.hits(before[test], truth),
    ]
    return np.array(hits), crossing.null(readouts[0], own, after[test], truth, balance(labels)[test])


def _reconstruction(hits: np.ndarray, null: np.ndarray, classes: int, groups: np.ndarray) -> Reconstruction:
    chance = 1 / classes
    found, fitted, direct, source = (accuracy(row, groups, chance) for row in hits)
    kept = kept_share(hits[0], hits[1], chance, groups, of="the target's own decoder")
    return Reconstruction(against_shuffled(found, null), fitted, direct, source, kept)


def _flat(means: np.ndarray) -> np.ndarray:
    """Both halves as one list of points."""
    return means.reshape(*means.shape[:-3], -1, means.shape[-1])
