"""From weights to predicted classes, and from those to balanced accuracy, for all labelings at once."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Integer

from analysis.decoding.weights import Weights

SCORES = 1 << 20
"""Scores held at once, so that they are still in the cache when the largest is looked for."""


class Scratch:
    """Memory for large intermediate arrays, one after the other: it costs more to obtain than to fill."""

    def __init__(self):
        self._memory = np.empty(0)

    def shaped(self, shape: tuple[int, ...], dtype: np.dtype | type) -> np.ndarray:
        """Lend an array of arbitrary content until the next call."""
        numbers, dtype = math.prod(shape), np.dtype(dtype)
        if numbers * dtype.itemsize > self._memory.nbytes:
            self._memory = np.empty(-(-numbers * dtype.itemsize // self._memory.itemsize))
        return self._memory.view(dtype)[:numbers].reshape(shape)


def predicted_classes(
    weights: Weights, test: Float[np.ndarray, "own tested trials features_and_one"], scratch: Scratch
) -> Integer[np.ndarray, "times labelings tested trials"]:
    """Class with the largest score, the first of equals.

    The first axis of `test` is 1 where all training times meet the same features, and else the training times. Its
    last feature is 1, for the intercepts.
    """
    relative = weights.against_first()
    own, tested, trials, features = test.shape
    times, rivals, labelings, _ = relative.shape
    lines = relative.reshape(own, -1, features)
    winner = np.empty((times, labelings, tested, trials), dtype=np.min_scalar_type(-rivals - 1))
    for some in blocks(tested, SCORES // (times * rivals * labelings * trials)):
        columns = test[:, some].reshape(own, -1, features).mT
        scores = scratch.shaped((*lines.shape[:2], columns.shape[-1]), relative.dtype)
        np.matmul(lines, columns, out=scores)
        shape = (times, rivals, labelings, -1, trials)
        winner[:, :, some] = _winner(scores.reshape(shape), winner.dtype)
    return winner


def blocks(count: int, at_once: int) -> Iterator[slice]:
    """Cut a range into slices of so many, or of one."""
    step = max(1, at_once)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def _winner(
    scores: Float[np.ndarray, "times rivals labelings tested trials"], dtype: np.dtype
) -> Integer[np.ndarray, "times labelings tested trials"]:
    """Which class wins, when the first class's score is 0; without a branch, for it is asked of every score."""
    best = np.maximum(scores[:, 0], 0)
    winner = (scores[:, 0] > 0).astype(dtype)
    ahead, number = np.empty(best.shape, dtype=bool), np.empty_like(winner)
    for rival in range(1, scores.shape[1]):
        np.greater(scores[:, rival], best, out=ahead)
        np.multiply(ahead, dtype.type(rival + 1), out=number)
        np.maximum(winner, number, out=winner)
        np.maximum(best, scores[:, rival], out=best)
    return winner


@dataclass(frozen=True)
class Truth:
    """Labels of the tested trials in some labelings; a trial counts 1 / (classes × trials of its class)."""

    codes: Integer[np.ndarray, "labelings trials"]
    shares: Float[np.ndarray, "labelings trials"]

    @classmethod
    def of(cls, codes: Integer[np.ndarray, "labelings trials"], classes: int) -> "Truth":
        """Count the trials of each class."""
        labelings = len(codes)
        places = codes + classes * np.arange(labelings)[:, None]
        counts = np.bincount(places.ravel(), minlength=labelings * classes).reshape(labelings, classes)
        share = 1 / ((counts > 0).sum(1, keepdims=True) * np.maximum(counts, 1))
        return cls(codes.astype(np.min_scalar_type(-classes)), share.ravel()[places])

    def balanced_accuracy(
        self, predicted: Integer[np.ndarray, "times labelings tested trials"], scratch: Scratch
    ) -> Float[np.ndarray, "times labelings tested"]:
        """Mean over the classes that are there of the share that was recognised."""
        right = scratch.shaped(predicted.shape, float)
        np.equal(predicted, self.codes[:, None], out=right)
        return (right @ self.shares[..., None])[..., 0]
