"""From a signal-to-noise ratio to the probability that a detection is an object."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64

from object_persistence.detection.detections import Detections
from object_persistence.errors import PersistenceError
from object_persistence.scaling import SCALINGS, PlattScaling, Scaling

Column = Float64[np.ndarray, " n"]


@dataclass(frozen=True)
class Calibration:
    """Probability that a detection is an object, rising with its SNR.

        p = 1 / (1 + exp(-(intercept + slope log snr)))

    A scaling of snr / (1 + snr), whose logit is log snr: by Platt's map, or by any never falling one. How often what
    is detected is an object depends on the videos; the default was fitted on `BlobVideos`.
    """

    scaling: Scaling = field(default_factory=lambda: PlattScaling(-22.3, 16.2))

    @classmethod
    def fit(
        cls,
        detections: Detections,
        matched: Bool[np.ndarray, " n"],
        how: Literal["platt", "isotonic"] = "platt",
    ) -> "Calibration":
        """Fit to detections of which it is known whether they are objects.

        Take a detector with a low threshold, so that there is noise among them. Raises PersistenceError where one kind
        is missing, and where an SNR was never measured.
        """
        if np.isnan(detections.snr).any():
            raise PersistenceError("calibration: some detections have no snr; take those of a detector")
        return cls(SCALINGS[how].fit(matched, share(detections.snr)))

    def __call__(self, snr: Column) -> Column:
        """Probability at each SNR; NaN where it was never measured."""
        return np.where(np.isnan(snr), np.nan, self.scaling(share(np.nan_to_num(snr))))

    def calibrated(self, detections: Detections) -> Detections:
        """The same detections with this confidence."""
        return replace(detections, confidence=self(detections.snr))


def share(snr: Column) -> Column:
    """Between 0 and 1: snr / (1 + snr)."""
    return snr / (1 + snr)
