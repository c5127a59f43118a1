"""Tasks of families, made from seeds."""

import hashlib
import json
from collections.abc import Iterator
from zlib import crc32

import numpy as np
from pydantic import TypeAdapter

from arc_context.configuration import FamiliesConfig
from arc_context.errors import ArcError
from arc_context.tasks.task import Task

from .registry import families, family

VERSION = 1
"""Of what a seed gives; a change of any grid raises it."""


class GeneratedTasks:
    """Task i is made from the i-th seed alone; families take turns by seed, and none draws what another did.

    Raises:
        ArcError: no family, an unknown one, or a negative seed.
    """

    def __init__(self, names: tuple[str, ...], limits: FamiliesConfig, seeds: range):
        if not names:
            raise ArcError("families: expected one or more, got none")
        if seeds and min(seeds) < 0:
            raise ArcError(f"seeds: expected 0 or more, got {min(seeds)}")
        self.families = families(names)
        self.limits = limits
        self.seeds = seeds

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, index: int) -> Task:
        seed = self.seeds[index]
        return generated_task(self.families[seed % len(self.families)].name, self.limits, seed)

    def __iter__(self) -> Iterator[Task]:
        return (self[index] for index in range(len(self)))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of families, limits, seeds and version: what is equal in it is equal in every byte."""
        limits = TypeAdapter(FamiliesConfig).dump_python(self.limits, mode="json")
        for chosen in ("names", "held_out"):
            limits.pop(chosen)
        told = [VERSION, [each.name for each in self.families], limits, repr(self.seeds)]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def generated_task(name: str, limits: FamiliesConfig, seed: int) -> Task:
    """The task `<name>-<seed>` of a family, whatever other families there are.

    Raises:
        ArcError: there is no such family, or the limits leave it no room.
    """
    rng = np.random.default_rng((VERSION, crc32(name.encode()), seed))
    return family(name).draw(rng, limits, f"{name}-{seed}")
