"""Conditions that training never shows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from object_persistence.errors import PersistenceError

from .configuration import LookAlikeConfig, VideoConfig

Change = Callable[[VideoConfig], VideoConfig]


def fast(config: VideoConfig) -> VideoConfig:
    """2.5 to 4 pixels per frame."""
    return replace(config, motion=replace(config.motion, speed=(2.5, 4.0)))


def gap4(config: VideoConfig) -> VideoConfig:
    """Every persistent object is occluded for 4 frames in a row."""
    return replace(config, absence=replace(config.absence, gap=(4, 4)))


def gap6(config: VideoConfig) -> VideoConfig:
    """Every persistent object is occluded for 6 frames in a row."""
    return replace(config, absence=replace(config.absence, gap=(6, 6)))


def drop(config: VideoConfig) -> VideoConfig:
    """A persistent object is missed in a frame with a chance of 25 %."""
    return replace(config, absence=replace(config.absence, dropout=0.25))


def dense(config: VideoConfig) -> VideoConfig:
    """2 to 4 persistent objects among 20 to 30 transients."""
    return replace(config, persistent=(2, 4), transient=(20, 30))


def dim(config: VideoConfig) -> VideoConfig:
    """Half the brightness under the same noise."""
    low, high = config.appearance.amplitude
    return replace(config, appearance=replace(config.appearance, amplitude=(low / 2, high / 2)))


def half_rate(config: VideoConfig) -> VideoConfig:
    """Every second frame is recorded."""
    return replace(config, motion=replace(config.motion, every=2 * config.motion.every))


def look_alike(config: VideoConfig) -> VideoConfig:
    """Blinkers, chains, and flashes beside persistent objects."""
    return replace(config, look_alikes=LookAlikeConfig(blinkers=(1, 2), chains=(1, 2), beside=(1, 3)))


def cut(config: VideoConfig) -> VideoConfig:
    """Half of the persistent objects enter late, and half leave early."""
    return replace(config, absence=replace(config.absence, late=0.5, early=0.5))


HOLD_OUTS: Mapping[str, Change] = MappingProxyType(
    {change.__name__: change for change in (fast, gap4, gap6, drop, dense, dim, half_rate, look_alike, cut)}
)
"""Every condition that is held out, by name."""


def hold_out(config: VideoConfig, name: str) -> VideoConfig:
    """The settings of a held-out condition.

    Raises:
        PersistenceError: there is no such condition.
    """
    if name not in HOLD_OUTS:
        raise PersistenceError(f"{name!r} is not a hold-out; expected one of: {', '.join(HOLD_OUTS)}")
    return HOLD_OUTS[name](config)
