"""Whether the rotation of a memory from one step to the next belongs to the item or to its age."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.geometry.alignment import Alignment
from analysis.geometry.conditions import half_means, shared_space
from analysis.geometry.rotated_decoding import Crossing
from analysis.geometry.rotated_readout import (
    Readout,
    accuracy,
    against_shuffled,
    balance,
    kept_share,
    several_classes,
)
from analysis.inference.student_t import cluster_estimate
from analysis.shown import Shown
from analysis.trials import Labels, finite_array, group_parts, same_length

Verdict = Literal["same age (Eq. 3)", "same item (Eq. 2)", "no detectable difference", "not estimable"]
Stage = tuple[int, int]
"""An item, by the step at which it was shown, and the step at which the state is read."""


@dataclass(frozen=True)
class Items:
    """What was shown at each step: the property to decode, and the condition to average over."""

    labels: np.ndarray
    conditions: np.ndarray

    def __post_init__(self):
        if np.ndim(self.labels) != 2 or np.shape(self.labels) != np.shape(self.conditions):
            raise AnalysisError(
                f"expected labels and conditions [trials steps], got {np.shape(self.labels)} "
                f"and {np.shape(self.conditions)}"
            )


@dataclass(frozen=True)
class SwapTest(Shown):
    """Balanced accuracy of decoders that were carried on by three rotations, on held-out trials.

    `correct` uses R(i, j), `same_item` R(i, j+1) (Eq. 2) and `same_age` R(i+1, j+1) (Eq. 3), each against rotations
    fitted to shuffled pairs. The kept shares are (swapped − chance) / (correct − chance). `contrast` is same age
    minus same item, its null flips the signs of groups.
    """

    correct: Estimate
    same_item: Estimate
    same_age: Estimate
    kept_same_item: Estimate
    kept_same_age: Estimate
    contrast: Estimate
    stages: tuple[Stage, ...]

    @property
    def verdict(self) -> Verdict:
        """The equation that holds better; not estimable where not even the correct rotation beats its null."""
        if not below(self.correct) or np.isnan(self.kept_same_age.value):
            return "not estimable"
        if not below(self.contrast):
            return "no detectable difference"
        return "same age (Eq. 3)" if self.contrast.value > 0 else "same item (Eq. 2)"

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite({**asdict(self), "verdict": self.verdict})


def swap_test(
    states: Float[np.ndarray, "trials steps features"],
    items: Items,
    groups: Labels,
    *,
    max_age: int,
    alignment: Alignment | None = None,
) -> SwapTest:
    """Exchange the rotation R(S=i, T=j), which carries item i from step j to j+1, for another one's.

        Eq. 2   R(S=i, T=j) = R(S=i, T=j+1)       the item's own, one step later
        Eq. 3   R(S=i, T=j) = R(S=i+1, T=j+1)     another item's, at the same age

    Lei, Ito & Bashivan (2024). Eq. 2 holds for slots, Eq. 3 for a code of relative time. Every stage (i, j) counts
    that has all three, where `max_age` is the largest age at which an item is still held. Space, rotations and
    decoders are fitted to training trials, and read on held-out ones; only the rotation is exchanged.
    Where an item repeats an earlier one (a match), the current state tells the older item: leave such trials out.

    Raises:
        AnalysisError: too few steps or too small an age for any stage, a condition that is not at every step, and
            whatever `reconstruct` refuses.
    """
    alignment = alignment or Alignment()
    states = finite_array("states", states, "trials steps features")
    labels, conditions, groups = same_length(
        len(states), labels=items.labels, conditions=items.conditions, groups=groups
    )
    stages = _stages(labels.shape[1], states.shape[1], max_age)
    classes, labels = np.unique(labels, return_inverse=True)
    several_classes(classes)
    trials = _Trials(states, labels, conditions, groups, np.arange(classes.size), alignment)
    stages = _stages(labels.shape[1], states.shape[1], max_age)
    hits, null = np.empty((3, len(stages), len(states))), np.zeros((3, alignment.permutations))
    fold = group_parts(groups, np.zeros(len(states)), alignment.folds, seed=alignment.seed)
    for part in range(alignment.folds):
        test = fold == part
        for index, (found, draws) in enumerate(trials.scored(test, stages)):
            hits[:, index, test] = found
            null += draws
    return _result(hits.mean(1), null / hits[0].size, classes.size, groups, stages, alignment)


@dataclass(frozen=True)
class _Trials:
    states: np.ndarray
    labels: np.ndarray
    conditions: np.ndarray
    groups: np.ndarray
    classes: np.ndarray
    alignment: Alignment

    def scored(self, test: np.ndarray, stages: tuple[Stage, ...]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Weighted hits of the test trials and of the null, by the three rotations, of one stage after another."""
        self._refuse_unequal_conditions(stages, ~test)
        pairs = {stage: self._means(stage, ~test) for stage in sorted(set().union(*map(_swaps, stages)))}
        space = shared_space([side for pair in pairs.values() for side in pair], self.alignment.components)
        crossings = {stage: Crossing.fit(pair, space, self.alignment) for stage, pair in pairs.items()}
        points = space.project(self.states)
        for item, step in stages:
            readout = Readout.fit(points[~test, step], self.labels[~test, item], self.classes)
            weights, truth = balance(self.labels[:, item])[test], self.labels[test, item]
            own = crossings[item, step].rotation
            used = [crossings[swap] for swap in _swaps((item, step))]
            held_out = points[test, step + 1], truth
            hits = [readout.rotated(own, each.rotation.matrix).hits(*held_out) * weights for each in used]
            yield np.array(hits), np.array([each.null(readout, own, *held_out, weights) for each in used])

    def _refuse_unequal_conditions(self, stages: tuple[Stage, ...], train: np.ndarray) -> None:
        """A rotation of other conditions would be another one for that alone."""
        used = sorted({item for stage in stages for item, _ in _swaps(stage)})
        shown = {item: set(self.conditions[train, item].tolist()) for item in used}
        for item, there in shown.items():
            if absent := sorted(set().union(*shown.values()) - there):
                raise AnalysisError(
                    f"condition {absent[0]} is in no training trial at step {item} ({len(absent)} such), though at "
                    "another: rotations are exchanged between the same conditions; merge them or use more trials"
                )

    def _means(self, stage: Stage, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        item, step = stage
        before, after = self.states[train, step], self.states[train, step + 1]
        conditions = self.conditions[train, item]
        return half_means(before, after, conditions, self.groups[train], seed=self.alignment.seed)


def _swaps(stage: Stage) -> tuple[Stage, Stage, Stage]:
    """The stages whose rotations are tried: its own, that of Eq. 2, that of Eq. 3."""
    item, step = stage
    return (item, step), (item, step + 1), (item + 1, step + 1)


def _stages(shown: int, steps: int, max_age: int) -> tuple[Stage, ...]:
    if shown != steps:
        raise AnalysisError(f"expected one item per step ({steps}), got {shown}")
    stages = tuple((i, j) for i in range(steps) for j in range(i, steps - 2) if j + 2 - i <= max_age)
    if not stages:
        raise AnalysisError(
            f"{steps} steps and items held to age {max_age} have no rotation to exchange: "
            "at least 3 steps and an age of 2 are needed"
        )
    return stages


def _result(
    hits: np.ndarray,
    null: np.ndarray,
    classes: int,
    groups: np.ndarray,
    stages: tuple[Stage, ...],
    alignment: Alignment,
) -> SwapTest:
    chance = 1 / classes
    found = [accuracy(row, groups, chance) for row in hits]
    correct, same_item, same_age = (against_shuffled(*pair) for pair in zip(found, null, strict=True))
    kept = (kept_share(row, hits[0], chance, groups, of="the correct rotation") for row in hits[1:])
    contrast = _contrast(hits[2] - hits[1], groups, alignment)
    return SwapTest(correct, same_item, same_age, next(kept), next(kept), contrast, stages)


def _contrast(gaps: np.ndarray, groups: np.ndarray, alignment: Alignment) -> Estimate:
    """Mean gap against flipped signs of whole groups, which the null says are as good either way."""
    _, index = np.unique(groups, return_inverse=True)
    sums = np.bincount(index, weights=gaps)
    signs = np.random.default_rng(alignment.seed).choice([-1.0, 1.0], (alignment.permutations, sums.size))
    how = "balanced accuracy of same age minus same item, 95% Student t over groups"
    null = null_of(float(gaps.mean()), signs @ sums / gaps.size, "sign flips of groups")
    return replace(cluster_estimate(gaps, groups, chance=0.0), how=how, null=null)


def below(estimate: Estimate, alpha: float = 0.05) -> bool:
    """Whether p of an estimate's null is below alpha."""
    return estimate.null is not None and estimate.null.p < alpha
