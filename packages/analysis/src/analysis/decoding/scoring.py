"""From weights to predicted classes, and from those to balanced accuracy, for all labelings at once."""

import math

import numpy as np
from jaxtyping import Float, Integer, Shaped

from analysis.decoding.weights import Weights


class Scratch:
    """Memory for large intermediate arrays, one after the other: it costs more to obtain than to fill."""

    def __init__(self):
        self._memory = np.empty(0)

    def shaped(self, *shape: int) -> np.ndarray:
        """Lend an array of arbitrary content until the next call."""
        size = math.prod(shape)
        if size > self._memory.size:
            self._memory = np.empty(size)
        return self._memory[:size].reshape(shape)


def predicted_classes(
    weights: Weights, test: Float[np.ndarray, "own tested trials features"], scratch: Scratch
) -> Shaped[np.ndarray, "times labelings tested trials"]:
    """Class with the largest score, the first of equals.

    The first axis of `test` is 1 where all training times meet the same features, and else the training times.
    """
    relative = weights.against_first()
    own, tested, trials, features = test.shape
    times, labelings, rivals, _ = relative.coefficients.shape
    coefficients = relative.coefficients.reshape(own, -1, features)
    scores = scratch.shaped(own, coefficients.shape[1], tested * trials)
    np.matmul(coefficients, test.reshape(own, -1, features).mT, out=scores)
    scores = scores.reshape(times, labelings, rivals, tested, trials)
    return _winner(scores, -relative.intercepts[..., None, None])


def _winner(scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Which class wins, when the first class's score is 0 and the others' are scores − limits."""
    winner = scores[:, :, 0] > limits[:, :, 0]
    if scores.shape[2] == 1:
        return winner
    scores -= limits
    winner, best = winner.astype(np.int32), np.maximum(scores[:, :, 0], 0.0)
    for rival in range(1, scores.shape[2]):
        winner[scores[:, :, rival] > best] = rival + 1
        np.maximum(best, scores[:, :, rival], out=best)
    return winner


def balanced_accuracy(
    predicted: Shaped[np.ndarray, "times labelings tested trials"],
    truth: Integer[np.ndarray, "labelings trials"],
    scratch: Scratch,
) -> Float[np.ndarray, "times labelings tested"]:
    """Mean over the classes that are there of the share that was recognised."""
    right = scratch.shaped(*predicted.shape)
    np.equal(predicted, truth[:, None].astype(predicted.dtype), out=right)
    return (right @ _shares(truth)[..., None])[..., 0]


def _shares(truth: Integer[np.ndarray, "labelings trials"]) -> Float[np.ndarray, "labelings trials"]:
    """Weight of each trial: 1 / (classes × trials of its class)."""
    counts = np.stack([(truth == code).sum(1) for code in range(truth.max() + 1)], 1)
    return 1 / ((counts > 0).sum(1, keepdims=True) * np.take_along_axis(counts, truth, 1))
