"""What a linear decoder is: from features and labels to one score per class."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True)
class Weights:
    """Linear scores of the classes, w_k · x + b_k, for every training time and labelling; the largest wins."""

    coefficients: Float[np.ndarray, "times labelings classes features"]
    intercepts: Float[np.ndarray, "times labelings classes"]

    def at(self, times: slice) -> "Weights":
        """Some of the training times."""
        return Weights(self.coefficients[times], self.intercepts[times])

    def against_first(self) -> "Weights":
        """Scores minus the first class's, which is then 0 everywhere and left out."""
        coefficients, intercepts = self.coefficients, self.intercepts
        return Weights(
            coefficients[:, :, 1:] - coefficients[:, :, :1], intercepts[:, :, 1:] - intercepts[:, :, :1]
        )


Solve = Callable[[Bool[np.ndarray, "labelings rows classes"]], Weights]
"""From the classes of the training rows, in one or many labelings, to weights."""


@runtime_checkable
class Decoder(Protocol):
    """A linear decoder: looks at the training features once, then solves for any number of labelings."""

    def prepare(self, features: Float[np.ndarray, "times rows features"]) -> Solve:
        """Factorise the training features of each time, and hand back what solves for labels.

        The features are handed over, and may be overwritten.
        """
        ...


def indicator(
    codes: Int[np.ndarray, "labelings rows"], classes: int
) -> Bool[np.ndarray, "labelings rows classes"]:
    """Whether a row is of a class, for codes 0 … classes − 1."""
    return codes[:, :, None] == np.arange(classes)


def class_means(
    centred_rows: Float[np.ndarray, "times rows features"],
    member: Bool[np.ndarray, "labelings rows classes"],
) -> Float[np.ndarray, "times labelings features classes"]:
    """Mean of each class in every labelling, as one matrix product.

    The rows sum to 0, so that the first class's sum follows from the others'.
    """
    (labelings, rows, classes), counts = member.shape, member.sum(1)
    others = member[:, :, 1:].transpose(1, 0, 2).reshape(rows, -1).astype(float)
    sums = centred_rows.mT @ others
    sums = sums.reshape(*sums.shape[:2], labelings, classes - 1).transpose(0, 2, 1, 3)
    return np.concatenate([-sums.sum(-1, keepdims=True), sums], axis=-1) / counts[:, None]


def centred(
    features: Float[np.ndarray, "times rows features"],
) -> tuple[Float[np.ndarray, "times rows features"], Float[np.ndarray, "times features"]]:
    """Take the mean over rows from the features, in place, and return both."""
    means = np.einsum("trd->td", features) / features.shape[1]  # one pass, where mean() takes two
    features -= means[:, None]
    return features, means


def weights_about(
    means: Float[np.ndarray, "times features"],
    solution: Float[np.ndarray, "times labelings features classes"],
    offsets: Float[np.ndarray, "times labelings classes"],
) -> Weights:
    """Weights for raw features from the solution for centred ones."""
    coefficients = solution.mT
    return Weights(coefficients, offsets - np.einsum("tlkd,td->tlk", coefficients, means))
