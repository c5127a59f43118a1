"""Pixels of a scene."""

import numpy as np
from jaxtyping import Float, Float32

from .configuration import VideoConfig
from .scene import Scene

Frames = Float32[np.ndarray, "time height width *channels"]


def rendered(scene: Scene, config: VideoConfig, generator: np.random.Generator) -> Frames:
    """Background + Σ_o a_o · shape_o(y, x) + noise, cut to 0..1; a channel axis of three if colours are asked for.

    A blob is exp(-r²/2σ²) at the centre of each pixel; a disc of radius σ√2 is 1 inside, with an edge a pixel wide.
    """
    image = np.full((config.frames, *config.size, channels(config)), config.background, dtype=np.float32)
    for frame in range(config.frames):
        rows = np.flatnonzero(scene.visible[:, frame])
        if len(rows):
            image[frame] += _objects(scene, rows, frame, config)
    if config.noise:
        image += np.float32(config.noise) * generator.standard_normal(image.shape, dtype=np.float32)
    np.clip(image, 0, 1, out=image)
    return image[..., 0] if config.appearance.colour == "grey" else image


def channels(config: VideoConfig) -> int:
    """How many channels are drawn."""
    return 1 if config.appearance.colour == "grey" else 3


def _objects(scene: Scene, rows: np.ndarray, frame: int, config: VideoConfig) -> np.ndarray:
    position, sigma = scene.position[rows, frame], scene.sigma[rows]
    light = scene.amplitude[rows, None] * scene.colour[rows, : channels(config)]
    if config.appearance.shape == "disc":
        return np.einsum("ohw,oc->hwc", discs(position, sigma * np.sqrt(2), config.size), light)
    down = profile(position[:, 0], sigma, config.size[0])
    across = profile(position[:, 1], sigma, config.size[1])
    return np.stack([down.T @ (across * part[:, None]) for part in light.T], axis=-1)


def profile(
    centre: Float[np.ndarray, " objects"], sigma: Float[np.ndarray, " objects"], length: int
) -> Float[np.ndarray, "objects length"]:
    """exp(-(i - centre)²/2σ²) along one axis; a Gaussian blob is the product of two."""
    away = (np.arange(length) - centre[:, None]) / sigma[:, None]
    return np.exp(-0.5 * away**2)


def discs(
    centre: Float[np.ndarray, "objects 2"], radius: Float[np.ndarray, " objects"], size: tuple[int, int]
) -> Float[np.ndarray, "objects height width"]:
    """How much of each pixel a disc covers, to first order."""
    down = np.arange(size[0])[:, None] - centre[:, 0, None, None]
    across = np.arange(size[1]) - centre[:, 1, None, None]
    return np.clip(radius[:, None, None] + 0.5 - np.hypot(down, across), 0, 1)
