"""Clips of objects that last and of objects that do not, made from seeds."""

import hashlib
import json
from collections.abc import Iterator

import numpy as np
import polars as pl
from pydantic import TypeAdapter

from object_persistence.errors import PersistenceError

from .clip import Clip
from .configuration import VideoConfig
from .look_alikes import drawn, look_alikes
from .objects import flashes, persistent_objects
from .rendering import rendered
from .scene import Scene

VERSION = 1
"""Of what a seed gives; a change of the pixels or of the truth raises it."""


class BlobVideos:
    """Clip i is made from the i-th seed and from nothing else.

    Persistent objects and transients are drawn from the same distributions of size, brightness, colour, place and
    speed: in a single patch there is nothing to tell them by. Only `appearance.colour="class"` gives it away.

    Raises:
        PersistenceError: a seed is negative.
    """

    def __init__(self, config: VideoConfig, seeds: range):
        if seeds and min(seeds) < 0:
            raise PersistenceError(f"seeds: expected 0 or more; got {min(seeds)}")
        self.config = config
        self.seeds = seeds

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, index: int) -> Clip:
        scene, generator = self._drawn(index)
        return Clip(f"clip-{self.seeds[index]}", rendered(scene, self.config, generator), scene.truth())

    def __iter__(self) -> Iterator[Clip]:
        return (self[index] for index in range(len(self)))

    def truth(self, index: int) -> pl.DataFrame:
        """The truth of a clip, without drawing its frames."""
        return self._drawn(index)[0].truth()

    def _drawn(self, index: int) -> tuple[Scene, np.random.Generator]:
        generator = np.random.default_rng((VERSION, self.seeds[index]))
        return drawn_scene(self.config, generator), generator

    @property
    def fingerprint(self) -> str:
        """SHA-256 of settings, seeds and version: what is equal in it is equal in every byte.

        How many clips the splits have is left out, for it changes none.
        """
        settings = TypeAdapter(VideoConfig).dump_python(self.config, mode="json")
        settings.pop("splits")
        told = json.dumps([VERSION, settings, repr(self.seeds)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def drawn_scene(config: VideoConfig, generator: np.random.Generator) -> Scene:
    """The objects of one clip, in an order that tells nothing."""
    lasting = persistent_objects(config, drawn(config.persistent, generator), generator)
    passing = flashes(config, drawn(config.transient, generator), generator)
    scene = Scene.joined([lasting, passing, look_alikes(config, lasting, generator)])
    return scene[generator.permutation(len(scene))]
