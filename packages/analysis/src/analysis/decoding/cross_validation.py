"""A decoder, its folds and its permutations, put to a problem."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.decoding.fold import Fold
from analysis.decoding.folds import Folds, fold_of_trials
from analysis.decoding.lda import LDA
from analysis.decoding.permutation import sources_by_column
from analysis.decoding.problem import Problem
from analysis.decoding.result import Decoding, View
from analysis.decoding.standardised import Standardised
from analysis.decoding.weights import Decoder
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
        scores, weights, nulls = [], [], []
        held_out = [fold == number for number in range(fold.max() + 1)]
        for test in held_out:
            found = Fold(problem, self.decoder, test, tuple(tested), across_times).scores(sources)
            scores.append(found[0])
            weights.append(found[1])
            nulls.append(found[2])
        return Decoding(
            views=_views(problem),
            classes=problem.classes,
            fold_scores=np.stack(scores, axis=-1),
            coefficients=_by_view([[each.coefficients[:, 0] for each in part] for part in weights]),
            intercepts=_by_view([[each.intercepts[:, 0] for each in part] for part in weights]),
            null=np.mean(nulls, axis=0),
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


def _by_view(parts: list[list[np.ndarray]]) -> np.ndarray:
    return np.stack([np.concatenate(columns) for columns in parts], axis=1)
