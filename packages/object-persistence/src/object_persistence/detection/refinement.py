"""Where a blob lies between pixels, and how wide it is between scales."""

import numpy as np
from jaxtyping import Float32, Float64

from object_persistence.detection.peaks import Peaks

Columns = tuple[
    Float64[np.ndarray, " n"], Float64[np.ndarray, " n"], Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]
]


def refined(
    frames: Float32[np.ndarray, "time height width"],
    cube: Float32[np.ndarray, "time sigmas height width"],
    found: Peaks,
    sigmas: Float32[np.ndarray, " sigmas"],
    subpixel: bool,
) -> Columns:
    """y, x, sigma and response of each maximum."""
    at = found.at
    y, x, value = at.y.astype(np.float64), at.x.astype(np.float64), found.value.astype(np.float64)
    sigma = sigmas[at.scale].astype(np.float64)
    if not subpixel:
        return y, x, sigma, value
    steps, peak = zip(*(vertex(cube, found, axis) for axis in range(3)), strict=True)
    gap = float(sigmas[1] - sigmas[0]) if len(sigmas) > 1 else 0.0
    return y + steps[1], x + steps[2], sigma + gap * steps[0], value + sum(peak)


def vertex(
    cube: Float32[np.ndarray, "time sigmas height width"], found: Peaks, axis: int
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """How far the vertex of the parabola through three neighbours along an axis lies away, and above the maximum.

        step = (R₋ - R₊) / 2(R₋ - 2R₀ + R₊),   rise = -(R₋ - R₊) step / 4

    No step where a neighbour is missing.
    """
    here, size = found.at[axis + 1], cube.shape[axis + 1]
    inner = (here > 0) & (here < size - 1)
    sides = []
    for by in (-1, 1):
        places = list(found.at)
        places[axis + 1] = np.clip(here + by, 0, size - 1)
        sides.append(cube[tuple(places)].astype(np.float64))
    slope, bend = sides[0] - sides[1], sides[0] - 2 * found.value + sides[1]
    step = np.where(inner & (bend < 0), slope / np.where(bend < 0, 2 * bend, 1), 0.0)
    return step, -slope * step / 4
