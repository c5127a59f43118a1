"""A decoder, its folds and its permutations, put to a problem."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.decoding.fold import Fold
from analysis.decoding.folds import Folds, fold_of_trials
from analysis.decoding.lda import LDA
from analysis.decoding.permutation import sources_by_column
from analysis.decoding.problem import Problem
from analysis.decoding.result import Decoding, View
from analysis.decoding.scoring import Scratch
from analysis.decoding.shuffled import add_shuffled
from analysis.decoding.standardised import Standardised
from analysis.decoding.weights import Decoder, Solve, Weights
from analysis.errors import AnalysisError

DEFAULT = Standardised(LDA())


@dataclass(frozen=True)
class CrossValidation:
    """How to decode: with what, over which folds, against how many shuffled labelings.

    `folds` is a number, or the fold of every trial. Folds and shuffles are drawn from `seed` alone. With
    `permutations=0` nothing is tested.
    """

    decoder: Decoder = DEFAULT
    folds: Folds = 5
    permutations: int = 1000
    seed: int = 0

    def __post_init__(self):
        if self.permutations < 0:
            raise AnalysisError(f"permutations must be 0 or more, got {self.permutations}")

    def decode(self, problem: Problem, tested: Sequence[tuple[int, ...]], *, across_times: bool) -> Decoding:
        """Train on every view, test on the columns that `tested` names for its column."""
        fold = fold_of_trials(problem, self.folds, self.seed)
        sources = self._sources(problem, fold)
        held_out = [fold == number for number in range(fold.max() + 1)]
        folds = [Fold(problem, self.decoder, test, tuple(tested), across_times) for test in held_out]
        observed, null = folds[0].unscored(len(folds)), folds[0].unscored(sources.shape[1])
        weights = []
        for column, own in enumerate(problem.lines):
            null[:, own] = 0.0
            solvers: Iterable[Solve] = (part.solver(column) for part in folds)
            if self.permutations and tested[column]:
                solvers = list(solvers)  # kept for the null; else each frees its memory for the next
                add_shuffled(folds, column, solvers, sources, null)
            weights.append(_observe(folds, column, solvers, observed))
            null[:, own] = np.where(np.isnan(observed[0, own]), np.nan, null[:, own])
        return Decoding(
            views=_views(problem),
            classes=problem.classes,
            chance=1 / len(problem.classes),
            fold_scores=np.moveaxis(observed, 0, -1),
            coefficients=_by_view([[each.coefficients[:, 0] for each in part] for part in weights]),
            intercepts=_by_view([[each.intercepts[:, 0] for each in part] for part in weights]),
            null=null,
            folds=fold,
        )

    def _sources(self, problem: Problem, fold: np.ndarray) -> np.ndarray:
        if not self.permutations:
            return np.empty((len(problem.columns), 0, fold.size), dtype=np.int32)
        return sources_by_column(problem, fold, self.permutations, self.seed)


def _views(problem: Problem) -> tuple[View, ...]:
    return tuple(
        View(name, time, time - start)
        for name, start, times in zip(problem.columns, problem.shown, problem.times, strict=True)
        for time in times
    )


def _observe(
    folds: Sequence[Fold], column: int, solvers: Iterable[Solve], observed: np.ndarray
) -> list[Weights]:
    """Score a column's decoders in every fold, with the labels as they are, and return their weights."""
    columns, trials = len(folds[0].problem.columns), folds[0].held_out.size
    same = np.broadcast_to(np.arange(trials), (columns, 1, trials))
    scratch, weights = Scratch(), []
    for fold, solve, scores in zip(folds, solvers, observed, strict=True):
        weights.append(solve(fold.member(column, same[column])))
        for own, target, found in fold.score(column, weights[-1], same, scratch):
            scores[own, target] = found[0]
    return weights


def _by_view(columns: list[list[np.ndarray]]) -> np.ndarray:
    """From weights by column and fold, each by time, to weights by view and fold."""
    return np.concatenate([np.stack(folds, axis=1) for folds in columns])
