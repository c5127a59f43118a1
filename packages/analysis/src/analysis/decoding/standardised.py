"""Features standardised on the training rows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.weights import Decoder, Solve, Weights, centred


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
        inner = self.decoder.prepare(features)

        def solve(member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
            weights = inner(member)
            coefficients = weights.coefficients / scales[:, None, None]
            shift = np.einsum("tlkd,td->tlk", coefficients, means)
            return Weights(coefficients, weights.intercepts - shift)

        return solve


def spread(
    centred_rows: Float[np.ndarray, "times rows features"], means: Float[np.ndarray, "times features"]
) -> Float[np.ndarray, "times features"]:
    """Standard deviation over rows, 1 where rounding alone makes it differ from 0, as scikit-learn has it."""
    rows, epsilon = centred_rows.shape[1], np.finfo(float).eps
    variances = np.einsum("trd,trd->td", centred_rows, centred_rows) / rows
    constant = variances <= rows * epsilon * variances + (rows * means * epsilon) ** 2
    return np.where(constant, 1.0, np.sqrt(variances))
