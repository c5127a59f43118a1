"""How training varies a clip: turned and mirrored, ended early, with some detections left out."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool

from object_persistence.clips.prepared import PreparedClip
from object_persistence.configuration import ClipsConfig
from object_persistence.detection.detections import Detections


def varied(clip: PreparedClip, config: ClipsConfig, rng: np.random.Generator) -> PreparedClip:
    """The clip as one epoch shows it; what is true of its objects stays true.

    Links stay as they are, as those of a linker that bridges short gaps would.
    """
    kept = kept_of(clip, config, rng)
    clip = ended(clip if kept.all() else clip.take(kept), config.early, rng)
    return turned(clip, int(rng.integers(4)), bool(rng.integers(2))) if config.turns else clip


def ended(clip: PreparedClip, share: float, rng: np.random.Generator) -> PreparedClip:
    """With the probability `share`, no more of the clip than some of its frames, a quarter of them at least."""
    frames = int(rng.integers(max(1, clip.time // 4), clip.time + 1))
    cut = clip.until(frames) if rng.random() < share else clip
    # A clip of nothing teaches nothing.
    return cut if len(cut) else clip


def kept_of(
    clip: PreparedClip, config: ClipsConfig, rng: np.random.Generator
) -> Bool[np.ndarray, " detections"]:
    """Which detections stay: some go alone, some with their frame, some in a short gap of their track."""
    frame = clip.detections.frame
    kept = rng.random(len(clip)) >= rng.uniform(0, config.drop)
    kept &= (rng.random(clip.time) >= config.drop_frames)[frame]
    if config.gap and len(clip):
        tracks = int(clip.tracks.max()) + 1
        begins, length = rng.integers(clip.time, size=tracks), rng.integers(config.gap + 1, size=tracks)
        since = frame - begins[clip.tracks]
        kept &= (since < 0) | (since >= length[clip.tracks])
    # A clip of nothing teaches nothing.
    return kept if kept.any() else np.ones(len(clip), dtype=bool)


def turned(clip: PreparedClip, quarters: int, mirrored: bool) -> PreparedClip:
    """The clip turned counter-clockwise by quarter turns, as `np.rot90` does, and then mirrored left to right."""
    y, x, height, width = clip.detections.y, clip.detections.x, clip.height, clip.width
    for _ in range(quarters % 4):
        y, x, height, width = width - 1 - x, y, width, height
    patches = np.rot90(clip.patches, quarters, axes=(2, 3))
    if mirrored:
        x, patches = width - 1 - x, patches[..., ::-1]
    found = clip.detections
    order = found.order(found.frame, y, x)
    places = Detections(**{name: column[order] for name, column in {**found.columns, "y": y, "x": x}.items()})
    whole = replace(clip, patches=np.ascontiguousarray(patches), height=height, width=width)
    return whole.reordered(order, places)
