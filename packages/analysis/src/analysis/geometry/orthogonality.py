"""How far apart the classes of one property point, between what noise does and what is possible."""

from dataclasses import asdict, dataclass, replace
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.geometry.directions import Directions
from analysis.inference.jackknife import jackknife
from analysis.shown import Shown
from analysis.trials import Labels, finite_array, same_length, shuffled_labels

SUBSETS = 10
"""Most subsets of classes that are averaged over."""

LEAST_ROOM = 0.02
"""Where noise and simplex are closer than this, an index between them says nothing."""


def orthogonalization_index(directions: Float[np.ndarray, "classes features"]) -> float:
    """O = mean_{i<j} (1 − |cos(w_i, w_j)|), as in Lei, Ito & Bashivan (2024).

    Values of different numbers of classes cannot be compared: a symmetric code has 1 − 1 / (C − 1).

    Raises:
        AnalysisError: fewer than two classes, or a class without a direction.
    """
    sizes = np.linalg.norm(directions, axis=1, keepdims=True)
    if len(directions) < 2 or not (sizes > 0).all():
        raise AnalysisError(
            f"expected at least two directions that are not zero, got {int((sizes > 0).sum())} of {len(sizes)}"
        )
    cosines = (directions / sizes) @ (directions / sizes).T
    return float(np.mean(1 - np.abs(cosines[np.triu_indices(len(cosines), 1)])))


@dataclass(frozen=True)
class Orthogonalization(Shown):
    """The index with its null of shuffled labels, the simplex of as many classes, and the index between the two.

        normalised = (O − O_null) / (O_simplex − O_null)

    0 is what noise has and 1 a perfectly symmetric code. Not estimable for two classes, which always point apart,
    and where noise is itself as far apart as the simplex: directions of noise add up to zero too, and in many
    dimensions nothing else is left of them. Nor where the room between the two is no larger than the interval of
    the index: a small error of O would be any number of rooms.
    """

    index: Estimate
    simplex: float
    normalised: Estimate
    classes: int

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite(asdict(self))


def orthogonalization(
    activity: Float[np.ndarray, "trials features"],
    labels: Labels,
    groups: Labels,
    directions: Directions | None = None,
    *,
    classes: int | None = None,
    permutations: int = 1000,
    seed: int = 0,
) -> Orthogonalization:
    """The index of a property, against shuffled labels and the simplex.

    Higher is not better: noise has a high index too. To compare properties of different numbers of classes, let
    `classes` be the smaller: the index is then the mean over at most ten subsets of as many. The interval
    leaves out blocks of groups; that of the normalised index takes the null's mean as given.

    Raises:
        AnalysisError: numbers that are not finite, lengths that differ, or fewer classes than asked for.
    """
    activity = finite_array("activity", activity, "trials features")
    labels, groups = same_length(len(activity), labels=labels, groups=groups)
    names, index = np.unique(labels, return_inverse=True)
    subsets = _subsets(names.size, classes, seed)
    parts = [np.flatnonzero(np.isin(index, subset)) for subset in subsets]
    directions, used = directions or Directions(), np.isin(np.arange(index.size), np.concatenate(parts))

    def statistic(kept: np.ndarray) -> float:
        found = [np.intersect1d(part, kept) for part in parts]
        return float(np.mean([orthogonalization_index(directions(activity[p], index[p])) for p in found]))

    whole = np.flatnonzero(used)
    found = jackknife(lambda kept: statistic(whole[kept]), groups[used], seed=seed)
    draws = [_draws(activity[p], index[p], groups[p], directions, permutations, seed) for p in parts]
    null = null_of(found.value, np.mean(draws, axis=0), "shuffled labels")
    found = replace(found, null=null, how=f"published index O of {directions.method} directions, {found.how}")
    simplex = 1 - 1 / (subsets.shape[1] - 1)
    return Orthogonalization(found, simplex, _normalised(found, simplex), subsets.shape[1])


def _subsets(found: int, asked: int | None, seed: int) -> Int[np.ndarray, "subsets classes"]:
    if found < max(asked or 2, 2) or asked == 1:
        raise AnalysisError(f"expected at least {max(asked or 2, 2)} classes, got {found}")
    size, rng = asked or found, np.random.default_rng(seed)
    if comb(found, size) <= SUBSETS:
        return np.array(list(combinations(range(found), size)))
    drawn: set[tuple[int, ...]] = set()
    while len(drawn) < SUBSETS:
        drawn.add(tuple(np.sort(rng.choice(found, size, replace=False)).tolist()))
    return np.array(sorted(drawn))


def _draws(
    activity: np.ndarray,
    index: np.ndarray,
    groups: np.ndarray,
    directions: Directions,
    permutations: int,
    seed: int,
) -> list[float]:
    _, index = np.unique(index, return_inverse=True)
    fit = directions.prepare(activity)
    return [
        orthogonalization_index(fit(labels)) for labels in shuffled_labels(index, groups, permutations, seed)
    ]


def _normalised(index: Estimate, simplex: float) -> Estimate:
    null = index.null
    assert null is not None
    if simplex == 0:
        return Estimate.not_estimable("two classes always point apart", n=index.n)
    room = simplex - null.value
    if abs(room) < LEAST_ROOM:
        why = f"noise ({null.value:.3f}) is as far apart as the simplex ({simplex:.3f}); use fewer components"
        return Estimate.not_estimable(why, n=index.n)
    if abs(room) <= index.high - index.low:
        why = f"the room between noise and simplex ({room:.3f}) is not larger than the index's own interval"
        return Estimate.not_estimable(why, n=index.n)
    value, *ends = ((each - null.value) / room for each in (index.value, index.low, index.high))
    how = f"(O - noise) / (simplex - noise), simplex {simplex:.3f}, {index.how}"
    return Estimate(value, min(ends), max(ends), index.n, 0.0, how)
