"""Of two blobs that overlap, the wider one stays: scikit-image's rule, for a whole clip at once."""

import math

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy.spatial import cKDTree  # pyright: ignore

from object_persistence.detection.peaks import Peaks

ROUNDING = 1e-5
"""Overlaps closer than this to the one allowed are left to scikit-image's own arithmetic."""

Numbers = Int64[np.ndarray, " pairs"]


def pruned(
    peaks: Peaks, sigmas: Float32[np.ndarray, " sigmas"], overlap: float, tolerance: float
) -> tuple[Bool[np.ndarray, " n"], Int64[np.ndarray, " frames"]]:
    """Which maxima stay, and the numbers of frames in which rounding may have decided that.

    Where the shared part of two discs of radius √2 σ exceeds `overlap` of the smaller, the smaller goes; of two of one
    size the brighter goes, as `skimage.feature.blob_log` has it. What went takes no other with it, so that in a chain
    the order of pairs decides; there it is scikit-image's.
    """
    sigma, frame = sigmas[peaks.at.scale].astype(np.float64), peaks.at.frame
    first, second = close_pairs(np.stack([peaks.at.y, peaks.at.x], 1), sigma, frame)
    shared = overlaps(peaks, sigma, first, second)
    over = shared > overlap
    goes, stays = np.where(sigma[first] > sigma[second], (second, first), (first, second))[:, over]
    keep = np.ones(len(sigma), bool)
    keep[goes] = False
    equal = np.abs(peaks.value[first] - peaks.value[second]) <= tolerance
    tied = over & (sigma[first] == sigma[second]) & equal
    unsure = frame[first[tied | (np.abs(shared - overlap) < ROUNDING)]]
    for each in np.unique(frame[stays[~keep[stays]]]):
        rows = np.flatnonzero(frame == each)
        keep[rows] = chained(peaks.kept(rows), sigma[rows], overlap)
        if (np.abs(np.diff(peaks.value[rows])) <= tolerance).any():
            unsure = np.append(unsure, each)
    return keep, np.unique(unsure)


def chained(peaks: Peaks, sigma: Float64[np.ndarray, " n"], overlap: float) -> Bool[np.ndarray, " n"]:
    """Which maxima of one frame stay where one that goes would have taken another with it: pair after pair."""
    tree = cKDTree(np.stack([peaks.at.y, peaks.at.x], 1))
    pairs = np.array(
        list(tree.query_pairs(reach(sigma))), np.int64
    )  # the order of a set, on which the result hangs
    over = overlaps(peaks, sigma, *pairs.T) > overlap
    keep = np.ones(len(sigma), bool)
    for first, second in pairs[over]:
        if keep[first] and keep[second]:
            keep[second if sigma[first] > sigma[second] else first] = False
    return keep


def reach(sigma: Float64[np.ndarray, " n"]) -> float:
    """Distance from which on no two discs touch; in single precision, as scikit-image has it of such frames.

    A pair more or less in a set is another order of the set.
    """
    return float(2 * np.float32(sigma.max(initial=0)) * np.float32(math.sqrt(2)))


def close_pairs(
    places: Int64[np.ndarray, "n 2"], sigma: Float64[np.ndarray, " n"], frame: Int64[np.ndarray, " n"]
) -> tuple[Numbers, Numbers]:
    """Pairs of one frame whose discs may touch, the brighter first."""
    apart = 2 * reach(sigma) * frame  # so far that no pair spans two frames
    pairs = cKDTree(np.column_stack([apart, places])).query_pairs(reach(sigma), output_type="ndarray")
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def overlaps(
    peaks: Peaks, sigma: Float64[np.ndarray, " n"], first: Numbers, second: Numbers
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
