"""One fold: train on its views, test on those asked for, with the labels as they are or shuffled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.decoding.problem import LEFT_OUT, Problem
from analysis.decoding.scoring import Scratch, balanced_accuracy, predicted_classes
from analysis.decoding.weights import Decoder, Weights, indicator

BLOCK = 1 << 18
"""Numbers held at once in weights, or in their product with test features, so that they stay in the cache."""


@dataclass(frozen=True)
class Fold:
    """Which trials are held out, and which columns a column's decoders are tested on.

    Across times they are tested at all times of those columns, otherwise at the time of training alone.
    """

    problem: Problem
    decoder: Decoder
    held_out: Bool[np.ndarray, " trials"]
    tested: tuple[tuple[int, ...], ...]
    across_times: bool

    def scores(
        self, sources: Int[np.ndarray, "columns permutations trials"]
    ) -> tuple[
        Float[np.ndarray, "views views"], list[Weights], Float[np.ndarray, "permutations views views"]
    ]:
        """Scores with the labels as they are, the weights of every column, and scores of shuffled labels.

        In a permutation each trial takes the label of its source in every column.
        """
        columns, labelings, count = sources.shape
        trials, scratch = np.broadcast_to(np.arange(count), (columns, 1, count)), Scratch()
        observed, null, weights = self._empty(1), self._empty(labelings), []
        for column in range(len(self.tested)):
            solve = self._solver(column)
            weights.append(solve(trials[column]))
            self._score(column, weights[-1], trials, observed, scratch)
            for part in _blocks(labelings, self._weights_size(column)):
                drawn = sources[:, part]
                self._score(column, solve(drawn[column]), drawn, null[part], scratch)
        return observed[0], weights, null

    def _solver(self, column: int) -> Callable[[np.ndarray], Weights]:
        """Look at the training features once; then solve for any labelings."""
        codes, classes = self.problem.codes[:, column], len(self.problem.classes)
        rows = np.flatnonzero(~self.held_out & (codes != LEFT_OUT))
        features = self.problem.features[self.problem.span(column)]
        solve = self.decoder.prepare(np.take(features, rows, axis=1))
        return lambda sources: solve(indicator(codes[sources[:, rows]], classes))

    def _score(
        self, column: int, weights: Weights, sources: np.ndarray, result: np.ndarray, scratch: Scratch
    ) -> None:
        """Predict the held-out trials, and compare with the labels of each target column."""
        lines = self.problem.lines
        rows, test = np.flatnonzero(self.held_out), self._test(column)
        for times in _blocks(len(lines[column]), sources.shape[1] * self._scores_size(test)):
            own = test if self.across_times else test[times]
            predicted = predicted_classes(weights.at(times), own, scratch)
            for target in self.tested[column]:
                valid = self.problem.rows(target)[rows]
                truth = self.problem.codes[sources[target][:, rows[valid]], target]
                chosen = predicted[:, :, self.problem.span(target)] if self.across_times else predicted
                found = balanced_accuracy(chosen if valid.all() else chosen[..., valid], truth, scratch)
                self._place(result, lines[column][times], lines[target], times, found)

    def _place(self, result, own: np.ndarray, target: np.ndarray, times: slice, found: np.ndarray) -> None:
        if self.across_times:
            result[:, own[:, None], target] = found.transpose(1, 0, 2)
        else:
            result[:, own, target[times]] = found[..., 0].T

    def _test(self, column: int) -> Float[np.ndarray, "own tested trials features"]:
        if self.across_times:
            return self._held_out_features[None]
        return self._held_out_features[self.problem.span(column)][:, None]

    @cached_property
    def _held_out_features(self) -> Float[np.ndarray, "times trials features"]:
        return np.take(self.problem.features, np.flatnonzero(self.held_out), axis=1)

    def _empty(self, labelings: int) -> np.ndarray:
        views = sum(map(len, self.problem.lines))
        return np.full((labelings, views, views), np.nan)

    def _weights_size(self, column: int) -> int:
        features = self.problem.features.shape[-1]
        return len(self.problem.lines[column]) * len(self.problem.classes) * features

    def _scores_size(self, test: np.ndarray) -> int:
        return (len(self.problem.classes) - 1) * test.shape[1] * test.shape[2]


def _blocks(count: int, size_of_each: int) -> Iterator[slice]:
    step = max(1, BLOCK // size_of_each)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))
