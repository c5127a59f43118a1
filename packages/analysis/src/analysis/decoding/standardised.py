"""Features standardised on the training rows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.weights import Decoder, Solve, SolveSums, Weights, centred, single, weights_about


@dataclass(frozen=True)
class Standardised:
    """Another decoder on features of mean 0 and variance 1 over the training rows.

        z = (x − μ) / σ,   w = w_z / σ,   b = b_z − w · μ

    The weights come back in the space of the raw features. A feature that is constant in training is only centred.
    """

    decoder: Decoder

    def prepare(self, features: Float[np.ndarray, "times rows features"]) -> Solve:
        """Standardise each time by itself, then prepare the other decoder."""
        features, means = centred(features)
        scales = spread(features, means)
        features /= scales[:, None]
        return _Rescaled(self.decoder.prepare(features), means, scales)


@dataclass(frozen=True)
class _Rescaled:
    """What the other decoder learned of the standardised rows."""

    inner: Solve
    means: Float[np.ndarray, "times features"]
    scales: Float[np.ndarray, "times features"]

    def __call__(self, member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
        """Solve for one labelling or for many."""
        return _raw(self.inner(member), self.means, self.scales)

    def of_sums(self, shift: Float[np.ndarray, " features"]) -> SolveSums | None:
        """Solve for the sums of many labelings, if the other decoder does."""
        inner = self.inner.of_sums(np.zeros_like(shift))
        if inner is None:
            return None
        means, scales = single(self.means - shift, self.scales)

        def solve(sums: np.ndarray, counts: np.ndarray) -> Weights:
            about = (sums - counts[:, :, None] * means[:, None, None]) / scales[:, None, None]
            return _raw(inner(about, counts), means, scales)

        return solve


def _raw(weights: Weights, means: np.ndarray, scales: np.ndarray) -> Weights:
    """Weights for features from those for standardised ones."""
    return weights_about(means, weights.coefficients / scales[:, None, None], weights.intercepts)


def spread(
    centred_rows: Float[np.ndarray, "times rows features"], means: Float[np.ndarray, "times features"]
) -> Float[np.ndarray, "times features"]:
    """Standard deviation over rows, 1 where rounding alone makes it differ from 0, as scikit-learn has it."""
    rows, epsilon = centred_rows.shape[1], np.finfo(float).eps
    variances = np.einsum("trd,trd->td", centred_rows, centred_rows) / rows
    constant = variances <= rows * epsilon * variances + (rows * means * epsilon) ** 2
    return np.where(constant, 1.0, np.sqrt(variances))
