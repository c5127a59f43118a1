"""Transients that look as if they lasted: blinkers, chains, and flashes beside a persistent object.

Every flash of them is an object of its own, 1 to 3 frames long, with a look and a motion of its own.
"""

import numpy as np
from jaxtyping import Float, Int

from .configuration import LONGEST_FLASH, Counts, VideoConfig
from .objects import paths, scene
from .scene import Scene

BLINKS = (2, 3)
"""Flashes of a blinker, fewest and most."""
PAUSE = 3
"""Frames between two flashes of a blinker, at least."""
NEAR = 2.0
"""Standard deviation of a flash about the old place of a blinker, in pixels."""
CHAIN = (5, 9)
"""Frames over which a chain goes on, fewest and most."""
BESIDE = (4.0, 7.0)
"""Nearest and farthest that a flash is from the persistent object it is beside, in pixels."""


def look_alikes(config: VideoConfig, lasting: Scene, generator: np.random.Generator) -> Scene:
    """All look-alikes of a clip with these persistent objects."""
    counts = config.look_alikes
    parts = [blinker(config, generator) for _ in range(drawn(counts.blinkers, generator))]
    parts += [chain(config, generator) for _ in range(drawn(counts.chains, generator))]
    parts.append(beside(config, lasting, drawn(counts.beside, generator), generator))
    return Scene.joined(parts)


def drawn(counts: Counts, generator: np.random.Generator) -> int:
    """How many, from fewest to most."""
    return int(generator.integers(*counts, endpoint=True))


def blinker(config: VideoConfig, generator: np.random.Generator) -> Scene:
    """Flashes that come back near an old place after a pause."""
    lengths = generator.integers(1, LONGEST_FLASH, drawn(BLINKS, generator), endpoint=True)
    pauses = generator.integers(PAUSE, 2 * PAUSE, len(lengths), endpoint=True)
    starts = np.cumsum(lengths + pauses) - lengths - pauses + generator.integers(0, PAUSE, endpoint=True)
    place = paths(config, 1, generator)[0, 0]
    places = place + generator.normal(0, NEAR, (len(lengths), 2))
    return flashing(config, starts, lengths, places, "blinker", generator)


def chain(config: VideoConfig, generator: np.random.Generator) -> Scene:
    """Flashes that follow each other along the path that one object might have taken."""
    path = paths(config, 1, generator)[0]
    time = min(drawn(CHAIN, generator), config.frames)
    lengths = generator.integers(1, LONGEST_FLASH, time, endpoint=True)
    starts = np.cumsum(lengths) - lengths
    within = starts < time
    starts, lengths = starts[within], np.minimum(lengths, time - starts)[within]
    starts = starts + generator.integers(0, config.frames - time, endpoint=True)
    places = path[starts] + generator.normal(0, NEAR / 2, (len(starts), 2))
    return flashing(config, starts, lengths, places, "chain", generator)


def beside(config: VideoConfig, lasting: Scene, count: int, generator: np.random.Generator) -> Scene:
    """Flashes a few pixels from a persistent object; none where nothing lasts."""
    count = count if len(lasting) else 0
    lengths = generator.integers(1, LONGEST_FLASH, count, endpoint=True)
    chosen = generator.integers(0, max(len(lasting), 1), count)
    starts = np.zeros(count, dtype=int)
    for flash, row in enumerate(chosen):
        starts[flash] = generator.choice(np.flatnonzero(lasting.visible[row]))
    angle, distance = generator.uniform(0, 2 * np.pi, count), generator.uniform(*BESIDE, count)
    offset = distance[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    return flashing(config, starts, lengths, lasting.position[chosen, starts] + offset, "beside", generator)


def flashing(
    config: VideoConfig,
    starts: Int[np.ndarray, " flashes"],
    lengths: Int[np.ndarray, " flashes"],
    places: Float[np.ndarray, "flashes 2"],
    kind: str,
    generator: np.random.Generator,
) -> Scene:
    """A flash at each place, kept inside the margin from its first frame on; none that begins after the clip."""
    within = starts < config.frames
    starts, lengths, places = starts[within], lengths[within], places[within]
    moving = paths(config, len(starts), generator)
    moving = moving + (places - moving[np.arange(len(starts)), starts])[:, None]
    margin = config.motion.margin
    position = np.clip(moving, margin, np.array(config.size) - 1 - margin)
    frame = np.arange(config.frames)
    exists = (frame >= starts[:, None]) & (frame < (starts + lengths)[:, None])
    return scene(config, position, exists, exists, kind, generator)
