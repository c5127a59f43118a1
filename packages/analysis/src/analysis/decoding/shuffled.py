"""Scores of shuffled labels, with decoders fitted anew to each labelling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from analysis.decoding.fold import Fold
from analysis.decoding.scoring import SCORES, Scratch, blocks
from analysis.decoding.weights import Solve, SolveSums, Weights, class_sums, indicator

WEIGHTS = 1 << 19
"""Numbers held at once in the weights of some labelings."""


def add_shuffled(
    folds: Sequence[Fold],
    column: int,
    solvers: Sequence[Solve],
    sources: Int[np.ndarray, "columns permutations trials"],
    null: Float[np.ndarray, "permutations views views"],
) -> None:
    """Add the mean over folds of the scores of a column's decoders to `null`.

    In a permutation each trial takes the label of its source in every column.
    """
    scratch, refits = Scratch(), _refits(folds, column, solvers)
    for part in blocks(sources.shape[1], _at_once(folds[0], column)):
        drawn = sources[:, part]
        for fold, weights in zip(folds, refits.weights(drawn[column]), strict=True):
            for own, target, found in fold.score(column, weights, drawn, scratch):
                null[part][:, own, target] += found / len(folds)


def _at_once(fold: Fold, column: int) -> int:
    """How many labelings fit into the cache, with their weights and with their scores at one time."""
    classes, (_, trials, features) = len(fold.problem.classes), fold.problem.features.shape
    views = len(fold.problem.lines[column])
    return min(WEIGHTS // (views * classes * features), 4 * SCORES // (classes * trials)) or 1


@runtime_checkable
class Refits(Protocol):
    """The decoders of one column in all folds, fitted to any labels."""

    def weights(self, sources: Int[np.ndarray, "labelings trials"]) -> Iterator[Weights]:
        """Weights of one fold after the other."""
        ...


def _refits(folds: Sequence[Fold], column: int, solvers: Sequence[Solve]) -> Refits:
    quick = [solve.of_sums(folds[0].problem.middle) for solve in solvers]
    found = [each for each in quick if each is not None]
    if len(found) == len(solvers):
        return _FromSums(folds, column, found)
    return _FromLabels(folds, column, solvers)


@dataclass(frozen=True)
class _FromLabels:
    """Each fold fits by itself."""

    folds: Sequence[Fold]
    column: int
    solvers: Sequence[Solve]

    def weights(self, sources: Int[np.ndarray, "labelings trials"]) -> Iterator[Weights]:
        """Weights of one fold after the other."""
        for fold, solve in zip(self.folds, self.solvers, strict=True):
            yield solve(fold.member(self.column, sources))


@dataclass(frozen=True)
class _FromSums:
    """Sums of the classes are formed once in each fold, and serve the training of all others: labels stay in theirs."""

    folds: Sequence[Fold]
    column: int
    solvers: Sequence[SolveSums]

    def weights(self, sources: Int[np.ndarray, "labelings trials"]) -> Iterator[Weights]:
        """Weights of one fold after the other."""
        problem = self.folds[0].problem
        parts = [problem.codes[sources[:, rows], self.column] for rows in self._rows]
        members = [indicator(part, len(problem.classes)).mT for part in parts]
        sums = [class_sums(rows, member) for rows, member in zip(self._features, members, strict=True)]
        counts = [member.sum(-1, dtype=np.float32) for member in members]
        total, number = np.sum(sums, axis=0), np.sum(counts, axis=0)
        for solve, own, count in zip(self.solvers, sums, counts, strict=True):
            yield solve(total - own, number - count)

    @cached_property
    def _rows(self) -> list[np.ndarray]:
        """The trials of each fold that the column uses."""
        used = self.folds[0].problem.rows(self.column)
        return [np.flatnonzero(fold.held_out & used) for fold in self.folds]

    @cached_property
    def _features(self) -> list[np.ndarray]:
        problem = self.folds[0].problem
        features = problem.single[problem.span(self.column)]
        return [np.take(features, rows, axis=1) for rows in self._rows]
