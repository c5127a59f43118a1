"""Repeated exposures of one field of the sky, with hits of cosmic rays."""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Float32
from scipy.ndimage import shift

from object_persistence.errors import PersistenceError

from .brightness import scaled
from .clip import TRUTH, Clip
from .rendering import profile

FAINTEST = 0.05
"""Scale-normalised LoG of the faintest source that counts as one; fainter than what a detector asks for by default."""
WIDEST = (2, 5)
"""Largest sigma of compact and of extended sources, in pixels: a galaxy has knots that are found on their own."""
CLOSE = 2.0
"""Pixels within which two blobs are one source."""
SPILL = 2.0
"""Pixels outside an exposure from which a source still shines into it; it is said to be at the border."""
REACH = 3
"""Standard deviations at which a dither is cut."""
HIT_SIGMA = 0.6
"""Sigma of a hit across its track, in pixels; the optics do not blur it."""
HIT_LENGTH = 6.0
"""Longest track of a hit, in pixels."""

Picture = Float32[np.ndarray, "height width"]


def cosmic_ray_stack(
    image: np.ndarray | None = None,
    exposures: int = 16,
    size: int = 128,
    dither: float = 1.0,
    noise: float = 0.02,
    hits: tuple[int, int] = (4, 8),
    seed: int = 0,
) -> Clip:
    """Noisy exposures of one field, each shifted by its dither: sources last, hits of cosmic rays do not.

    Sources are the blobs of `skimage.feature.blob_log` in the deep picture; they are `persistent`, and told in every
    exposure that they shine into. Hits are drawn as short tracks in one exposure each; they are `flash`. Unlike made
    clips, hits are sharper than sources: a single patch tells a good deal.

    Args:
        image: the deep picture, [height, width] or with channels, which are averaged. Without it, the Hubble deep
            field that scikit-image brings along.
        exposures: how many.
        size: side of the field in pixels; the seed draws where it lies.
        dither: standard deviation of the shift of an exposure along either axis, in pixels, cut at three times it.
        noise: standard deviation of Gaussian noise in an exposure.
        hits: fewest and most hits in an exposure.
        seed: of field, dithers, noise and hits.

    Raises:
        PersistenceError: the picture is too small or no picture, or it is not there.
    """
    deep = hubble_deep_field() if image is None else _grey(image)
    generator = np.random.default_rng(seed)
    border = int(np.ceil(REACH * dither)) + 2
    field = _field(deep, size + 2 * border, generator)
    offsets = np.clip(generator.normal(0, dither, (exposures, 2)), -REACH * dither, REACH * dither)
    moved = [shift(field, offset, order=3, mode="nearest") for offset in offsets]
    frames = np.stack([whole[border:-border, border:-border] for whole in moved])
    lasting = _sources(field, offsets - border, size)
    struck = _hits(frames, hits, generator)
    frames += np.float32(noise) * generator.standard_normal(frames.shape, dtype=np.float32)
    struck = struck.with_columns(pl.col("track") + lasting["track"].n_unique())
    return Clip(f"exposures-{seed}", np.clip(frames, 0, 1), pl.concat([lasting, struck]))


def hubble_deep_field() -> Picture:
    """The Hubble deep field in grey, from the files of scikit-image; nothing is downloaded.

    Raises:
        PersistenceError: the installed scikit-image came without it.
    """
    import imageio.v3 as imageio

    package = importlib.util.find_spec("skimage")
    file = Path(package.origin or "").parent / "data" / "hubble_deep_field.jpg" if package else None
    if file is None or not file.is_file():
        raise PersistenceError(
            "the installed scikit-image has no hubble_deep_field.jpg; give a picture of your own"
        )
    return _grey(imageio.imread(file))


def _grey(image: np.ndarray) -> Picture:
    if image.ndim not in (2, 3):
        raise PersistenceError(
            f"image: expected [height, width] or [height, width, channels]; got {list(image.shape)}"
        )
    values = scaled("image", image[None]).values[0]
    return values if values.ndim == 2 else values.mean(axis=2, dtype=np.float32)


def _field(deep: Picture, side: int, generator: np.random.Generator) -> Float32[np.ndarray, "side side"]:
    """A square of the picture."""
    if min(deep.shape) < side:
        raise PersistenceError(
            f"image: {deep.shape[0]} × {deep.shape[1]} px are too few; the field and its dithers need {side} × {side}"
        )
    top, left = generator.integers(0, np.array(deep.shape) - side, endpoint=True)
    return deep[top : top + side, left : left + side]


def _sources(field: Picture, offsets: Float[np.ndarray, "exposures 2"], size: int) -> pl.DataFrame:
    """The blobs of the deep picture in every exposure that they lie in."""
    blobs = _blobs(field)
    place = blobs[:, None, :2] + offsets
    inside: Bool[np.ndarray, "sources exposures"] = np.all(
        (place >= -SPILL) & (place <= size - 1 + SPILL), axis=2
    )
    place = np.clip(place, 0, size - 1)
    blobs, place, inside = (each[np.any(inside, axis=1)] for each in (blobs, place, inside))
    track, frame = np.nonzero(inside)
    peak = field[blobs[:, 0].astype(int), blobs[:, 1].astype(int)] - np.median(field)
    y, x = place[track, frame].T
    return _rows("persistent", track, frame, y, x, blobs[track, 2], peak[track])


def _blobs(field: Picture) -> Float[np.ndarray, "sources 3"]:
    """y, x and sigma of compact sources, then of extended ones; of two that are close together the first counts."""
    from skimage.feature import blob_log

    scales = [blob_log(field, 1, widest, num_sigma=10, threshold=FAINTEST) for widest in WIDEST]
    kept = np.zeros((0, 3))
    for blob in np.concatenate(scales):
        if (np.hypot(*(kept[:, :2] - blob[:2]).T) > CLOSE).all():
            kept = np.vstack([kept, blob])
    return kept


def _hits(
    frames: Float32[np.ndarray, "exposures height width"],
    most: tuple[int, int],
    generator: np.random.Generator,
) -> pl.DataFrame:
    """Draw the hits of every exposure into it, and tell where they are."""
    count = generator.integers(*most, len(frames), endpoint=True)
    frame = np.repeat(np.arange(len(frames)), count)
    place = generator.uniform(0, 1, (len(frame), 2)) * (np.array(frames.shape[1:]) - 1)
    angle = generator.uniform(0, np.pi, len(frame))
    length = generator.uniform(0, HIT_LENGTH, len(frame))
    amplitude = generator.uniform(0.2, 0.8, len(frame))
    for number, middle, turn, long, peak in zip(frame, place, angle, length, amplitude, strict=True):
        frames[number] += peak * _streak(frames.shape[1:], middle, turn, long)
    sigma = np.hypot(HIT_SIGMA, length / np.sqrt(12))
    return _rows("flash", np.arange(len(frame)), frame, place[:, 0], place[:, 1], sigma, amplitude)


def _streak(
    size: tuple[int, ...], middle: Float[np.ndarray, "2"], angle: float, length: float
) -> Float[np.ndarray, "height width"]:
    """A short straight track, 1 where it is brightest."""
    along = np.linspace(-length / 2, length / 2, 2 * int(np.ceil(length)) + 1)
    sigma = np.full(len(along), HIT_SIGMA)
    down = profile(middle[0] + along * np.sin(angle), sigma, size[0])
    across = profile(middle[1] + along * np.cos(angle), sigma, size[1])
    light = down.T @ across
    return light / max(light.max(), 1e-9)


def _rows(kind: str, track, frame, y, x, sigma, amplitude) -> pl.DataFrame:
    columns = {"track": track, "frame": frame, "y": y, "x": x, "sigma": sigma, "amplitude": amplitude}
    same = {"visible": True, "persistent": kind == "persistent", "kind": kind}
    columns |= {name: np.full(len(track), value) for name, value in same.items()}
    return pl.DataFrame(columns, schema=TRUTH)
