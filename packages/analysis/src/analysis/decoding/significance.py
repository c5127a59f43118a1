"""Which cells of a matrix of accuracies stand out, corrected for having looked at all of them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float
from scipy import ndimage

from analysis.decoding.result import ROUNDING, Decoding
from analysis.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Cluster:
    """Neighbouring cells above the threshold, their summed excess, and how often a null matrix has as much."""

    cells: Bool[np.ndarray, "train test"]
    mass: float
    p: float

    def __str__(self) -> str:
        return f"cluster of {self.cells.sum()} cells, mass {self.mass:.3f}, p = {self.p:.3g}"


def max_statistic(decoding: Decoding) -> Float[np.ndarray, "views views"]:
    """P value of every pair against the largest accuracy of each null matrix (Nichols & Holmes 2002).

    The chance of any false alarm in the whole matrix is held.

    Raises:
        AnalysisError: the decoding has no null.
    """
    decoding.require_null()
    largest = np.sort(decoding.null[:, decoding.asked].max(1))
    reached = largest.size - np.searchsorted(largest, decoding.accuracy - ROUNDING)
    return np.where(decoding.asked, (1 + reached) / (1 + largest.size), np.nan)


def clusters(decoding: Decoding, *, threshold: float = 0.05) -> list[Cluster]:
    """Clusters of cells above their own null's 1 − threshold quantile, the largest first.

    Cells are neighbours where training or test times are; columns of labels are not. A cluster's mass is its summed
    excess over the quantile, compared with the largest cluster of each null matrix (Maris & Oostenveld 2007). A small p
    says that there is an effect, not that every cell of the cluster has it.

    Raises:
        AnalysisError: the decoding has no null, or the threshold is not between 0 and 1.
    """
    decoding.require_null()
    if not 0 < threshold < 1:
        raise AnalysisError(f"threshold: expected a share between 0 and 1, got {threshold}")
    place = _time_grid(decoding)
    limit = np.full(decoding.asked.shape, np.inf)
    limit[decoding.asked] = np.quantile(decoding.null[:, decoding.asked], 1 - threshold, axis=0)
    found = _masses(np.nan_to_num(decoding.accuracy) - limit, place)
    null = np.array(
        [max(_masses(each, place)[1], default=0.0) for each in np.nan_to_num(decoding.null) - limit]
    )
    return [
        Cluster(cells, mass, float((1 + (null >= mass - ROUNDING).sum()) / (1 + null.size)))
        for cells, mass in sorted(zip(*found, strict=True), key=lambda pair: -pair[1])
    ]


def _time_grid(decoding: Decoding) -> np.ndarray:
    """Places of the views in a line where only neighbours in time of one column touch."""
    places = [0]
    for before, after in pairwise(decoding.views):
        places.append(places[-1] + (1 if before.column == after.column else 2))
    return np.array(places)


def _masses(excess: np.ndarray, place: np.ndarray) -> tuple[list[np.ndarray], list[float]]:
    plane = np.full((place[-1] + 1, place[-1] + 1), -np.inf)
    plane[np.ix_(place, place)] = excess
    labels = np.zeros(plane.shape, dtype=np.int32)
    count = int(ndimage.label(plane > ROUNDING, output=labels))  # pyright: ignore[reportArgumentType]
    labels = labels[np.ix_(place, place)]
    masses = np.bincount(labels.ravel(), np.where(labels > 0, excess, 0).ravel(), count + 1)[1:]
    return [labels == number for number in range(1, count + 1)], masses.tolist()
