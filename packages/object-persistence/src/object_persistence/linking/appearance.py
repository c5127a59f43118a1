"""How an object looks, on the scale of its place."""

import numpy as np
from jaxtyping import Float

from object_persistence.detection.detections import Detections

Looks = Float[np.ndarray, "detections looks"]


def looks(detections: Detections, pixels: float) -> Looks:
    """Weighted logarithms, pixels · (log sigma, log response): a change of both counts as so many pixels of distance.

    A column that was not measured everywhere, or is not positive, tells nothing and is left out.
    """
    measured = [detections.sigma, detections.response] if pixels else []
    known = [values for values in measured if (np.isfinite(values) & (values > 0)).all()]
    return pixels * np.log(np.array(known)).T.reshape(len(detections), len(known))
