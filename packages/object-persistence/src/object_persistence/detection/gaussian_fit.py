"""Gaussians fitted to the pixels around many places at once."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Float64

from object_persistence.detection.peaks import Place

WINDOW = 1.5
"""Pixels count by a Gaussian that is wider than the blob by this much."""
STEPS = 3
LONGEST_STEP = np.array([np.inf, 0.5, 0.5, 0.3, np.inf])
"""Of amplitude, y, x, log sigma and background in one step."""
RIDGE = 1e-6
"""Keeps the normal equations solvable where a border hides half a blob."""

Column = Float64[np.ndarray, " n"]


class Blobs(NamedTuple):
    """One Gaussian per row, its centre as an offset from a pixel."""

    amplitude: Column
    y: Column
    x: Column
    log_sigma: Column
    background: Column


def fitted(frames: Float32[np.ndarray, "time height width"], at: Place, start: Blobs) -> Blobs:
    """Gaussians of least squared error around each place.

        argmin Σ w(y, x) (I(y, x) - b - A exp(-((y - y₀)² + (x - x₀)²) / 2σ²))²

    Gauss-Newton steps for all places together; w is a Gaussian of 1.5 σ around the start, 0 beyond the borders.
    At that width the position is as sure as the noise allows, √(2/π) noise / A per axis, to a few per cent.
    """
    sigma = np.exp(start.log_sigma)
    reach = int(np.ceil(2 * sigma.max(initial=1)))
    rows, columns = (
        axis.ravel().astype(np.float64) for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1]
    )
    pixels, inside = around(frames, at, reach)
    far = (rows - start.y[:, None]) ** 2 + (columns - start.x[:, None]) ** 2
    weight = inside * np.exp(-far / (2 * (WINDOW * sigma[:, None]) ** 2))
    now = np.stack(start, 1)
    for _ in range(STEPS):
        now += np.clip(step(now, pixels, weight, rows, columns), -LONGEST_STEP, LONGEST_STEP)
    return Blobs(*now.T)


def around(
    frames: Float32[np.ndarray, "time height width"], at: Place, reach: int
) -> tuple[Float64[np.ndarray, "n pixels"], Float64[np.ndarray, "n pixels"]]:
    """The square of pixels around each place, and 1 where a pixel exists, 0 beyond the borders."""
    across = np.arange(-reach, reach + 1)
    y, x = at.y[:, None, None] + across[:, None], at.x[:, None, None] + across
    inside = (y >= 0) & (y < frames.shape[1]) & (x >= 0) & (x < frames.shape[2])
    y, x = np.clip(y, 0, frames.shape[1] - 1), np.clip(x, 0, frames.shape[2] - 1)
    pixels = frames[at.frame[:, None, None], y, x]
    flat = (len(at.y), len(across) ** 2)
    return pixels.reshape(flat).astype(np.float64), inside.reshape(flat).astype(np.float64)


def step(
    now: Float64[np.ndarray, "n 5"],
    pixels: Float64[np.ndarray, "n pixels"],
    weight: Float64[np.ndarray, "n pixels"],
    rows: Float[np.ndarray, " pixels"],
    columns: Float[np.ndarray, " pixels"],
) -> Float64[np.ndarray, "n 5"]:
    """One Gauss-Newton step of every Gaussian: (Jᵀ w J)⁻¹ Jᵀ w (I - model)."""
    amplitude, y, x, log_sigma, background = now.T[..., None]
    sigma = np.exp(log_sigma)
    down, right = (rows - y) / sigma, (columns - x) / sigma
    shape = np.exp(-(down**2 + right**2) / 2)
    bell = amplitude * shape
    slopes = [
        shape,
        bell * down / sigma,
        bell * right / sigma,
        bell * (down**2 + right**2),
        np.ones_like(shape),
    ]
    jacobian = np.stack(slopes, 1)
    weighted = jacobian * weight[:, None]
    normal = weighted @ jacobian.transpose(0, 2, 1)
    normal += RIDGE * normal.trace(axis1=1, axis2=2)[:, None, None] * np.eye(5)
    missing = weighted @ (pixels - background - bell)[..., None]
    return np.linalg.solve(normal, missing)[..., 0]
