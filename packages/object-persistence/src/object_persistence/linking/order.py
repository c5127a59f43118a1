"""The numbers of tracks."""

import numpy as np
from jaxtyping import Int


def in_order(tracks: Int[np.ndarray, " detections"]) -> Int[np.ndarray, " detections"]:
    """The tracks, numbered from 0 in order of their first detection."""
    _, first, which = np.unique(tracks, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[which]
