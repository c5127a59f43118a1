"""Scale space of whole clips: the Laplacian of Gaussian at every sigma, by the cosine transform."""

from functools import lru_cache

import numpy as np
import scipy.fft
from jaxtyping import Float32, Float64
from scipy import ndimage


def scales(min_sigma: float, max_sigma: float, num_sigma: int) -> Float32[np.ndarray, " sigmas"]:
    """Evenly spaced sigmas in single precision, as scikit-image has them for float32 pictures."""
    return np.linspace(np.float32(min_sigma), np.float32(max_sigma), num_sigma, dtype=np.float32)


def laplacians(
    frames: Float32[np.ndarray, "time height width"], sigmas: Float32[np.ndarray, " sigmas"]
) -> Float32[np.ndarray, "time sigmas height width"]:
    """-σ² ∇²(G_σ * frame) for every frame and σ, with half-sample reflection at the borders.

    Such a reflection makes every symmetric filter diagonal in the type-II cosine transform, so that a frame costs one
    transform there and one back per σ, whatever the width of the filter. Kernels are SciPy's own, cut at 4 σ
    (Lindeberg 1998 for the scale normalisation; Martucci 1994 for the transform).
    """
    spectrum = np.asarray(scipy.fft.dctn(frames, axes=(1, 2)))[:, None]
    filtered = spectrum * transfer(tuple(sigmas), *frames.shape[1:])
    return np.asarray(scipy.fft.idctn(filtered, axes=(2, 3), overwrite_x=True))


@lru_cache(maxsize=8)
def transfer(
    sigmas: tuple[np.float32, ...], height: int, width: int
) -> Float32[np.ndarray, "sigmas height width"]:
    """What the filter of every σ multiplies each pair of frequencies by."""
    filters = np.empty((len(sigmas), height, width), np.float32)
    for row, sigma in zip(filters, sigmas, strict=True):
        (smooth_y, curved_y), (smooth_x, curved_x) = (gains(sigma, size) for size in (height, width))
        row[:] = -(sigma**2) * (np.outer(curved_y, smooth_x) + np.outer(smooth_y, curved_x))
    return filters


def gains(sigma: np.float32, size: int) -> tuple[Float64[np.ndarray, " size"], Float64[np.ndarray, " size"]]:
    """Gain of SciPy's Gaussian and of its second derivative at each cosine frequency of `size` samples.

    ĝ(k) = Σ_x g(x) cos(π k x / size)
    """
    reach = int(4 * float(sigma) + 0.5)
    impulse = np.zeros(2 * reach + 1)
    impulse[reach] = 1
    waves = np.cos(np.pi / size * np.outer(np.arange(size), np.arange(-reach, reach + 1)))
    smooth, curved = (
        ndimage.gaussian_filter1d(impulse, sigma, order=order, mode="constant") for order in (0, 2)
    )
    return waves @ smooth, waves @ curved
