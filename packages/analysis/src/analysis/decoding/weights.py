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

    def against_first(self) -> Float[np.ndarray, "times rivals labelings features_and_one"]:
        """Scores of the others minus the first class's, whose own is then 0; the intercept comes last."""
        both = np.concatenate([self.coefficients, self.intercepts[..., None]], axis=-1)
        return np.ascontiguousarray((both[:, :, 1:] - both[:, :, :1]).transpose(0, 2, 1, 3))


SolveSums = Callable[
    [Float[np.ndarray, "times labelings classes features"], Float[np.ndarray, "labelings classes"]], Weights
]
"""From the sum of the training rows of each class, and their number, to weights."""


@runtime_checkable
class Solve(Protocol):
    """What a decoder learned of the training features, before it is told the labels."""

    def __call__(self, member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
        """Weights from the classes of the training rows, in one or many labelings."""
        ...

    def of_sums(self, shift: Float[np.ndarray, " features"]) -> SolveSums | None:
        """The same in single precision from sums of features − shift alone; None where those do not suffice."""
        ...


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
) -> Float[np.ndarray, "times labelings classes features"]:
    """Mean of each class in every labelling."""
    return class_sums(centred_rows, member.mT) / member.sum(1)[:, :, None]


def class_sums(
    rows: Float[np.ndarray, "times rows features"], member: Bool[np.ndarray, "labelings classes rows"]
) -> Float[np.ndarray, "times labelings classes features"]:
    """Sum of the rows of each class in every labelling, as one matrix product.

    Every row has a class, so that the first class's sum follows from the others'.
    """
    labelings, classes, count = member.shape
    others = member[:, 1:].astype(rows.dtype).reshape(-1, count)
    sums = np.empty((len(rows), labelings, classes, rows.shape[-1]), dtype=rows.dtype)
    sums[:, :, 1:] = (others @ rows).reshape(len(rows), labelings, classes - 1, -1)
    sums[:, :, 0] = np.einsum("trd->td", rows)[:, None] - sums[:, :, 1:].sum(2)
    return sums


def centred(
    features: Float[np.ndarray, "times rows features"],
) -> tuple[Float[np.ndarray, "times rows features"], Float[np.ndarray, "times features"]]:
    """Take the mean over rows from the features, in place, and return both."""
    means = np.einsum("trd->td", features) / features.shape[1]  # one pass, where mean() takes two
    features -= means[:, None]
    return features, means


def weights_about(
    means: Float[np.ndarray, "times features"],
    coefficients: Float[np.ndarray, "times labelings classes features"],
    offsets: Float[np.ndarray, "times labelings classes"],
) -> Weights:
    """Weights for features from those for features − means."""
    return Weights(coefficients, offsets - (coefficients @ means[:, None, :, None])[..., 0])


def single(*arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays in single precision: shuffled labelings are many, and twice as fast in it."""
    return [array.astype(np.float32) for array in arrays]
