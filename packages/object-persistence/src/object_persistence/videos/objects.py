"""Persistent objects and flashes, drawn from one distribution of appearance, place and motion."""

import numpy as np
from jaxtyping import Bool, Float, Int

from .configuration import LONGEST_FLASH, AbsenceConfig, AppearanceConfig, VideoConfig
from .scene import Scene

WHITE = (1.0, 1.0, 1.0)
RED = (0.9, 0.3, 0.3)
Windows = Bool[np.ndarray, "objects time"]


def persistent_objects(config: VideoConfig, count: int, generator: np.random.Generator) -> Scene:
    """Objects that last, save for what `config.absence` takes from them."""
    position = paths(config, count, generator)
    exists = lifetimes(config, count, generator)
    visible = exists & ~occlusions(exists, config.absence, generator)
    visible &= ~dropouts(visible, config.absence.dropout, generator)
    return scene(config, position, exists, visible, "persistent", generator)


def flashes(config: VideoConfig, count: int, generator: np.random.Generator) -> Scene:
    """Objects that are there for 1 to 3 frames; as many frames begin before the clip or end after it as in it."""
    windows = flash_windows(config, count * config.motion.every, generator)
    seen = windows[windows.any(axis=1)]
    return scene(config, paths(config, len(seen), generator), seen, seen, "flash", generator)


def scene(
    config: VideoConfig,
    position: Float[np.ndarray, "objects time 2"],
    exists: Windows,
    visible: Windows,
    kind: str,
    generator: np.random.Generator,
) -> Scene:
    """Objects of a kind, each with a look of its own."""
    count, look = len(position), config.appearance
    sigma = generator.uniform(*look.sigma, count)
    amplitude = generator.uniform(*look.amplitude, count)
    colour = colours(look, count, kind, generator)
    return Scene(position, exists, visible, sigma, amplitude, colour, np.full(count, kind, dtype="<U10"))


def colours(
    look: AppearanceConfig, count: int, kind: str, generator: np.random.Generator
) -> Float[np.ndarray, "objects 3"]:
    """Red, green and blue of each object; grey objects are white."""
    if look.colour == "random":
        return generator.uniform(0.3, 1.0, (count, 3))
    red = look.colour == "class" and kind != "persistent"
    return np.tile(RED if red else WHITE, (count, 1))


def paths(
    config: VideoConfig, count: int, generator: np.random.Generator
) -> Float[np.ndarray, "objects time 2"]:
    """Places in every frame, at constant speed, reflected at the margin.

    Starts are uniform, and reflection keeps them so: where an object is tells neither when nor for how long.
    """
    motion, time = config.motion, config.frames
    room = np.array(config.size) - 1 - 2 * motion.margin
    start = generator.uniform(0, 1, (count, 1, 2)) * room
    heading = generator.uniform(0, 2 * np.pi, (count, 1))
    speed = generator.uniform(*motion.speed, (count, 1, 1))
    turn = generator.uniform(*motion.turn, (count, 1)) * generator.choice([-1, 1], (count, 1))
    direction = heading + turn * np.arange(time * motion.every)
    steps = speed * np.stack([np.sin(direction), np.cos(direction)], axis=-1)
    travelled = (np.cumsum(steps, axis=1) - steps)[:, :: motion.every]
    return motion.margin + folded(start + travelled, room)


def folded(
    place: Float[np.ndarray, "*batch 2"], room: Float[np.ndarray, "2"]
) -> Float[np.ndarray, "*batch 2"]:
    """Where something would be that is reflected at 0 and at `room`."""
    safe = np.maximum(room, 1e-9)
    return np.minimum(room, safe - np.abs(np.mod(place, 2 * safe) - safe))


def flash_windows(config: VideoConfig, count: int, generator: np.random.Generator) -> Windows:
    """When flashes are there: 1 to 3 frames of the full rate, every frame with the same chance."""
    time = np.arange(config.frames * config.motion.every)
    length = generator.integers(1, LONGEST_FLASH, count, endpoint=True)
    start = generator.integers(1 - length, len(time))
    window = (time >= start[:, None]) & (time < (start + length)[:, None])
    return window[:, :: config.motion.every]


def lifetimes(config: VideoConfig, count: int, generator: np.random.Generator) -> Windows:
    """When persistent objects are there: the whole clip, unless they enter late or leave early."""
    least, time = config.absence.least, config.frames
    late = generator.random(count) < config.absence.late
    early = generator.random(count) < config.absence.early
    spare = max(time - least, 0)
    start = np.where(late, np.ceil(generator.uniform(0, spare, count)), 0)
    end = np.where(early, time - np.ceil(generator.uniform(0, 1, count) * (spare - start)), time)
    frame = np.arange(time)
    return (frame >= start[:, None]) & (frame < end[:, None])


def occlusions(exists: Windows, absence: AbsenceConfig, generator: np.random.Generator) -> Windows:
    """The frames in a row for which each object is occluded, with two frames or more on either side."""
    count, time = exists.shape
    first, life = exists.argmax(axis=1), exists.sum(axis=1)
    length = generator.integers(*absence.gap, count, endpoint=True)
    start = first + 2 + generator.integers(0, np.maximum(life - length - 4, 0), endpoint=True)
    frame = np.arange(time)
    return (frame >= start[:, None]) & (frame < (start + length)[:, None])


def dropouts(visible: Windows, chance: float, generator: np.random.Generator) -> Windows:
    """The single frames in which each object is missed; four frames or more of it are left."""
    draw = np.where(visible, generator.random(visible.shape), -1.0)
    fourth: Int[np.ndarray, " objects"] = np.argsort(-draw, axis=1)[
        :, min(LONGEST_FLASH, visible.shape[1] - 1)
    ]
    kept = draw >= np.take_along_axis(draw, fourth[:, None], axis=1)
    return visible & (draw < chance) & ~kept
