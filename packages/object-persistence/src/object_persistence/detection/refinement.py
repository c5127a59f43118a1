"""Where a blob lies between pixels, and how wide it is between scales."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Float64

from object_persistence.detection.gaussian_fit import Blobs, fitted
from object_persistence.detection.peaks import Peaks

FARTHEST = 0.25
"""Pixels by which a fit may leave the maximum of scale space; one that goes farther has another blob in its window."""
WIDEST = 0.35
"""Difference of log sigma for which the same holds."""

Column = Float64[np.ndarray, " n"]
Cube = Float32[np.ndarray, "time sigmas height width"]


class Located(NamedTuple):
    """Position, width in pixels and response of each blob."""

    y: Column
    x: Column
    sigma: Column
    response: Column


def on_grid(found: Peaks, sigmas: Float32[np.ndarray, " sigmas"]) -> Located:
    """Maxima as they lie on the grid of pixels and scales."""
    columns = (found.at.y, found.at.x, sigmas[found.at.scale], found.value)
    return Located(*(column.astype(np.float64) for column in columns))


def refined(
    frames: Float32[np.ndarray, "time height width"],
    cube: Cube,
    found: Peaks,
    sigmas: Float32[np.ndarray, " sigmas"],
) -> Located:
    """Maxima between the pixels: a Gaussian fitted to the frame, or parabolas in scale space where that goes astray."""
    if not len(found.value):
        return on_grid(found, sigmas)
    coarse = vertices(cube, found, sigmas)
    at = found.at
    start = Blobs(
        2 * coarse.response, coarse.y - at.y, coarse.x - at.x, np.log(coarse.sigma), np.zeros(len(at.y))
    )
    fit = fitted(frames, at, start)
    moved = np.hypot(fit.y - start.y, fit.x - start.x)
    good = (moved < FARTHEST) & (np.abs(fit.log_sigma - start.log_sigma) < WIDEST)
    fine = (at.y + fit.y, at.x + fit.x, np.exp(fit.log_sigma))
    y, x, sigma = (np.where(good, after, before) for after, before in zip(fine, coarse[:3], strict=True))
    return Located(y, x, sigma, coarse.response)


def vertices(cube: Cube, found: Peaks, sigmas: Float32[np.ndarray, " sigmas"]) -> Located:
    """Vertices of the parabolas through each maximum and its neighbours in scale, y and x."""
    grid = on_grid(found, sigmas)
    steps, rises = zip(*(vertex(cube, found, axis) for axis in range(3)), strict=True)
    gap = float(sigmas[1] - sigmas[0]) if len(sigmas) > 1 else 0.0
    return Located(
        grid.y + steps[1], grid.x + steps[2], grid.sigma + gap * steps[0], grid.response + sum(rises)
    )


def vertex(cube: Cube, found: Peaks, axis: int) -> tuple[Column, Column]:
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
