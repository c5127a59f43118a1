"""From a signal-to-noise ratio to the probability that a detection is an object."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64


@dataclass(frozen=True)
class Calibration:
    """Probability that a detection is an object, rising with its SNR.

        p = 1 / (1 + exp(-(intercept + slope log snr)))

    Platt 1999, over the logarithm of the signal-to-noise ratio.
    """

    intercept: float
    slope: float

    def __call__(self, snr: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """Probability at each SNR; NaN where the SNR was never measured."""
        with np.errstate(divide="ignore"):
            evidence = self.intercept + self.slope * np.log(np.maximum(snr, 0))
        return 1 / (1 + np.exp(-np.clip(evidence, -50, 50)))


DEFAULT = Calibration(-4.0, 4.0)
