"""Whether a confidence means what it says, as a figure."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float64, Shaped

from analysis import Estimate, cluster_estimate
from object_persistence.metrics import BINS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Column = Float64[np.ndarray, " n"]


def found_objects(
    confidence: Column, matched: Bool[np.ndarray, " n"], group: Shaped[np.ndarray, " n"], bins: int = BINS
) -> dict[float, Estimate]:
    """Share of detections that are objects by their mean confidence, in equally wide bins that hold any.

    With its 95 % interval over groups (clips).
    """
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    shares = {}
    for each in np.unique(index):
        rows = index == each
        middle = round(float(confidence[rows].mean()), 3)
        shares[middle] = cluster_estimate(matched[rows].astype(np.float64), group[rows]).within(0.0, 1.0)
    return shares


def reliability_figure(
    confidence: Column, matched: Bool[np.ndarray, " n"], group: Shaped[np.ndarray, " n"]
) -> "Figure":
    """Draw the share of detections that are objects against their confidence, beside perfect calibration."""
    from analysis.figures import arm_curves  # matplotlib is slow to import

    shares = found_objects(confidence, matched, group)
    exact = {each: Estimate(each, each, each, 0, None, "by definition") for each in (0.0, 1.0)}
    return arm_curves(
        {"detections": {"calibrated": exact, "measured": shares}},
        label="share that are objects",
        x="confidence",
    )
