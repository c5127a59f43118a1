"""Of two blobs that overlap, the wider one stays: scikit-image's rule, for a whole clip at once."""

import math

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy.spatial import cKDTree

from object_persistence.detection.peaks import Peaks

ROUNDING = 1e-5
"""Overlaps closer than this to the one allowed are left to scikit-image's own arithmetic."""


def pruned(
    peaks: Peaks,
    sigmas: Float32[np.ndarray, " sigmas"],
    overlap: float,
    tolerance: Float32[np.ndarray, " time"],
) -> tuple[Bool[np.ndarray, " n"], Bool[np.ndarray, " time"]]:
    """Which maxima stay, and in which frames that hangs on rounding or on the order of pairs.

    Where the shared part of two discs of radius √2 σ exceeds `overlap` of the smaller, the smaller goes; of two of one
    size the brighter goes, as `skimage.feature.blob_log` has it. A maximum that went takes no other with it, so that
    in chains the order of pairs decides: those frames are named.
    """
    sigma = sigmas[peaks.at.scale].astype(np.float64)
    first, second = close_pairs(peaks, sigma)
    shared = overlaps(peaks, sigma, first, second)
    over = shared > overlap
    unsure = np.abs(shared - overlap) < ROUNDING
    goes, stays = np.where(sigma[first] > sigma[second], (second, first), (first, second))[:, over]
    keep = np.ones(len(sigma), bool)
    keep[goes] = False
    frame = peaks.at.frame
    equal = (sigma[first] == sigma[second]) & over
    tied = equal & (np.abs(peaks.value[first] - peaks.value[second]) <= tolerance[frame[first]])
    doubtful = np.zeros(len(tolerance), bool)
    doubtful[frame[first[unsure | tied]]] = True
    doubtful[frame[stays[~keep[stays]]]] = True
    return keep, doubtful


def close_pairs(
    peaks: Peaks, sigma: Float64[np.ndarray, " n"]
) -> tuple[Int64[np.ndarray, " pairs"], Int64[np.ndarray, " pairs"]]:
    """Pairs of one frame whose discs may touch, the brighter first."""
    if not len(sigma):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    reach = 2 * math.sqrt(2) * sigma.max()
    apart = 2 * reach * peaks.at.frame  # frames so far apart that no pair spans two
    points = np.stack([apart, peaks.at.y, peaks.at.x], 1)
    pairs = cKDTree(points).query_pairs(reach, output_type="ndarray")
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def overlaps(
    peaks: Peaks,
    sigma: Float64[np.ndarray, " n"],
    first: Int64[np.ndarray, " pairs"],
    second: Int64[np.ndarray, " pairs"],
) -> Float64[np.ndarray, " pairs"]:
    """Shared area of two discs of radius √2 σ over the area of the smaller one.

    Two circular segments: r² acos(·) of each disc, less the kite between the centres.
    """
    distance = np.hypot(peaks.at.y[first] - peaks.at.y[second], peaks.at.x[first] - peaks.at.x[second])
    wide, narrow = (math.sqrt(2) * each(sigma[first], sigma[second]) for each in (np.maximum, np.minimum))
    partly = (distance < wide + narrow) & (distance > wide - narrow)
    apart = np.where(partly, distance, 1.0)
    angles = [
        np.arccos(np.clip((apart**2 + r**2 - s**2) / (2 * apart * r), -1, 1))
        for r, s in ((wide, narrow), (narrow, wide))
    ]
    heron = (
        (wide + narrow - apart) * (apart - wide + narrow) * (apart + wide - narrow) * (apart + wide + narrow)
    )
    lens = wide**2 * angles[0] + narrow**2 * angles[1] - 0.5 * np.sqrt(np.abs(heron))
    return np.where(partly, lens / (np.pi * narrow**2), (distance <= wide - narrow).astype(np.float64))
