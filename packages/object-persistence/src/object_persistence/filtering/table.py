"""Filtered tracks as a table, in trackpy's columns."""

import numpy as np
import polars as pl
from jaxtyping import Float

from object_persistence.clips.prepared import PreparedClip

COLUMNS = {
    "frame": pl.Int64,
    "y": pl.Float64,
    "x": pl.Float64,
    "mass": pl.Float64,
    "size": pl.Float64,
    "signal": pl.Float64,
    "particle": pl.Int64,
    "sigma": pl.Float64,
    "snr": pl.Float64,
    "confidence": pl.Float64,
    "probability": pl.Float64,
    "persistent": pl.Boolean,
}
"""Those of trackpy, those of the detector, and what the filter adds."""


def filtered_table(
    video: PreparedClip, probability: Float[np.ndarray, " detections"], keep: float
) -> pl.DataFrame:
    """One row per detection in order of time; `particle` is the linked track, `persistent` whether p ≥ keep.

        signal = 2 response,   mass = 2π sigma² signal,   size = √2 sigma

    as in `Detections.to_pandas`; sigma, snr and confidence are those of `Detections`.
    """
    found = video.detections
    signal = 2 * found.response
    columns = {
        "frame": found.frame,
        "y": found.y,
        "x": found.x,
        "mass": 2 * np.pi * found.sigma**2 * signal,
        "size": np.sqrt(2) * found.sigma,
        "signal": signal,
        "particle": video.tracks,
        "sigma": found.sigma,
        "snr": found.snr,
        "confidence": found.confidence,
        "probability": probability,
        "persistent": probability >= keep,
    }
    return pl.DataFrame(columns, schema=COLUMNS)
