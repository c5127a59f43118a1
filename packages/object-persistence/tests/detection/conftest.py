from collections.abc import Sequence

import numpy as np
import pytest


def draw(blobs: Sequence[tuple[float, float, float, float]], size=(48, 48), noise=0.0, seed=0, frames=1):
    """The same Gaussian blobs (y, x, sigma, amplitude) in every frame, under noise of its own."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    picture = np.zeros(size)
    for y, x, sigma, amplitude in blobs:
        picture += amplitude * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 2 / sigma**2)
    rng = np.random.default_rng(seed)
    return (
        picture + rng.normal(0, noise, (frames, *size)) if noise else np.tile(picture, (frames, 1, 1))
    ).astype(np.float32)


@pytest.fixture
def drawn():
    return draw
