"""One fold: train on its views, and test on those asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.decoding.problem import Problem
from analysis.decoding.scoring import SCORES, Scratch, Truth, blocks, predicted_classes
from analysis.decoding.weights import Decoder, Solve, Weights, indicator


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

    def trained(self, column: int) -> Int[np.ndarray, " rows"]:
        """The trials that a column's decoders are trained on."""
        return np.flatnonzero(~self.held_out & self.problem.rows(column))

    def solver(self, column: int) -> Solve:
        """Look at the training features of a column once, to solve for any labelings."""
        features = self.problem.features[self.problem.span(column)]
        return self.decoder.prepare(np.take(features, self.trained(column), axis=1))

    def member(
        self, column: int, sources: Int[np.ndarray, "labelings trials"]
    ) -> Bool[np.ndarray, "labelings rows classes"]:
        """Whether a training trial is of a class, when each takes the label of its source."""
        codes = self.problem.codes[sources[:, self.trained(column)], column]
        return indicator(codes, len(self.problem.classes))

    def score(
        self,
        column: int,
        weights: Weights,
        sources: Int[np.ndarray, "columns labelings trials"],
        scratch: Scratch,
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Predict the held-out trials, and compare with the labels of each target column.

        Gives, part by part, training views, test views and their scores [labelings, training, test].
        """
        lines, test = self.problem.lines, self._test(column, weights.coefficients.dtype)
        truths = {target: self._truth(target, sources[target]) for target in self.tested[column]}
        each = weights.intercepts.shape[1] * (len(self.problem.classes) - 1) * test.shape[1] * test.shape[2]
        for times in blocks(len(lines[column]), SCORES // each):
            own = test if self.across_times else test[times]
            predicted = predicted_classes(weights.at(times), own, scratch)
            for target, (valid, truth) in truths.items():
                chosen = predicted[:, :, self.problem.span(target)] if self.across_times else predicted
                found = truth.balanced_accuracy(chosen if valid.all() else chosen[..., valid], scratch)
                yield from self._placed(lines[column][times], lines[target], times, found)

    def _truth(self, target: int, sources: np.ndarray) -> tuple[Bool[np.ndarray, " trials"], Truth]:
        """Which held-out trials a target column uses, and their labels."""
        rows = np.flatnonzero(self.held_out)
        valid = self.problem.rows(target)[rows]
        codes = self.problem.codes[sources[:, rows[valid]], target]
        return valid, Truth.of(codes, len(self.problem.classes))

    def _placed(
        self, own: np.ndarray, target: np.ndarray, times: slice, found: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        if self.across_times:
            yield own[:, None], target[None], found.transpose(1, 0, 2)
        else:
            yield own, target[times], found[..., 0].T

    def _test(self, column: int, dtype: np.dtype) -> Float[np.ndarray, "own tested trials features_and_one"]:
        single = dtype == np.float32
        features = self._held_out_single if single else self._held_out_double
        return features[None] if self.across_times else features[self.problem.span(column)][:, None]

    @cached_property
    def _held_out_double(self) -> Float[np.ndarray, "times trials features_and_one"]:
        return _with_one(np.take(self.problem.features, np.flatnonzero(self.held_out), axis=1))

    @cached_property
    def _held_out_single(self) -> Float[np.ndarray, "times trials features_and_one"]:
        return _with_one(np.take(self.problem.single, np.flatnonzero(self.held_out), axis=1))

    def unscored(self, labelings: int) -> Float[np.ndarray, "labelings views views"]:
        """A place for scores."""
        views = sum(map(len, self.problem.lines))
        return np.full((labelings, views, views), np.nan)


def _with_one(features: np.ndarray) -> np.ndarray:
    return np.concatenate([features, np.ones_like(features[..., :1])], axis=-1)
