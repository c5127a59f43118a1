"""Features standardised on the training rows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.weights import Decoder, Solve, Weights


@dataclass(frozen=True)
class Standardised:
    """Another decoder on features of mean 0 and variance 1 over the training rows.

        z = (x − μ) / σ,   w = w_z / σ,   b = b_z − w · μ

    The weights come back in the space of the raw features. A feature that is constant in training is only centred.
    """

    decoder: Decoder

    def prepare(self, features: Float[np.ndarray, "times rows features"]) -> Solve:
        """Standardise each time by itself, then prepare the other decoder."""
        means, scales = features.mean(1), spread(features)
        features -= means[:, None]
        features /= scales[:, None]
        inner = self.decoder.prepare(features)

        def solve(member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
            weights = inner(member)
            coefficients = weights.coefficients / scales[:, None, None]
            shift = np.einsum("tlkd,td->tlk", coefficients, means)
            return Weights(coefficients, weights.intercepts - shift)

        return solve


def spread(features: Float[np.ndarray, "... rows features"]) -> Float[np.ndarray, "... features"]:
    """Standard deviation over rows, 1 where rounding alone makes it differ from 0, as scikit-learn has it."""
    rows, means = features.shape[-2], features.mean(-2)
    variances = features.var(-2)
    epsilon = np.finfo(float).eps
    constant = variances <= rows * epsilon * variances + (rows * means * epsilon) ** 2
    return np.where(constant, 1.0, np.sqrt(variances))
