"""One fold: train on its views, and test on those asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

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
        for targets in self._predicted_together(column):
            yield from self._score(column, targets, weights, sources, scratch)

    def _predicted_together(self, column: int) -> list[tuple[int, ...]]:
        """All targets at once where they share trials and times, or each by itself where that is less to predict."""
        targets = self.tested[column]
        apart = [(target,) for target in targets]
        if not self.across_times:
            return [targets] if targets else []
        alone = sum(self._tests(each) for each in apart)
        return [targets] if targets and self._tests(targets) <= alone else apart

    def _tests(self, targets: tuple[int, ...]) -> int:
        times = self._times(targets)
        return (times.stop - times.start) * len(self._rows(targets))

    def _times(self, targets: tuple[int, ...]) -> slice:
        spans = [self.problem.span(target) for target in targets]
        return slice(min(span.start for span in spans), max(span.stop for span in spans))

    def _rows(self, targets: tuple[int, ...]) -> Int[np.ndarray, " trials"]:
        """Held-out trials that any of the targets uses."""
        used = np.any([self.problem.rows(target) for target in targets], axis=0)
        return np.flatnonzero(self.held_out & used)

    def _score(
        self,
        column: int,
        targets: tuple[int, ...],
        weights: Weights,
        sources: Int[np.ndarray, "columns labelings trials"],
        scratch: Scratch,
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        lines, rows = self.problem.lines, self._rows(targets)
        span = self._times(targets) if self.across_times else self.problem.span(column)
        test = self._test(rows, span, single=weights.coefficients.dtype == np.float32)
        truths = {target: self._truth(target, rows, sources[target]) for target in targets}
        each = weights.intercepts.shape[1] * (len(self.problem.classes) - 1) * test.shape[1] * test.shape[2]
        for times in blocks(len(lines[column]), SCORES // each):
            own = test if self.across_times else test[times]
            predicted = predicted_classes(weights.at(times), own, scratch)
            for target, (valid, truth) in truths.items():
                theirs = self.problem.span(target)
                within = slice(theirs.start - span.start, theirs.stop - span.start)
                chosen = predicted[:, :, within] if self.across_times else predicted
                found = truth.balanced_accuracy(chosen if valid.all() else chosen[..., valid], scratch)
                yield from self._placed(lines[column][times], lines[target], times, found)

    def _truth(
        self, target: int, rows: Int[np.ndarray, " trials"], sources: np.ndarray
    ) -> tuple[Bool[np.ndarray, " trials"], Truth]:
        """Which of these held-out trials a target column uses, and their labels."""
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

    def _test(
        self, rows: Int[np.ndarray, " trials"], span: slice, *, single: bool
    ) -> Float[np.ndarray, "own tested trials features_and_one"]:
        features = (self.problem.single if single else self.problem.features)[span]
        test = _with_one(np.take(features, rows, axis=1))
        return test[None] if self.across_times else test[:, None]

    def unscored(self, labelings: int) -> Float[np.ndarray, "labelings views views"]:
        """A place for scores."""
        views = sum(map(len, self.problem.lines))
        return np.full((labelings, views, views), np.nan)


def _with_one(features: np.ndarray) -> np.ndarray:
    return np.concatenate([features, np.ones_like(features[..., :1])], axis=-1)
