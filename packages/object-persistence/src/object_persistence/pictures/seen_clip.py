"""One clip as a model saw it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float

from object_persistence.clips.prepared import PreparedClip
from object_persistence.errors import PersistenceError
from object_persistence.pictures.clip_objects import ClipObjects

TRAINED, UNTRAINED = "trained", "untrained"
T = TypeVar("T")


def control_first(found: Mapping[str, T]) -> dict[str, T]:
    """The untrained model before all others, as a baseline stands in every picture."""
    return dict(sorted(found.items(), key=lambda each: each[0] != UNTRAINED))


@dataclass(frozen=True, eq=False)
class Look:
    """What one model made of the detections of a clip; a model that attends to nothing has no layers.

    `received` is by layer and at last by rollout, 1 on average; `weights` `[heads, queries, keys]` are kept of
    few clips.
    """

    probability: Float[np.ndarray, " detections"]
    received: Mapping[str, Float[np.ndarray, " detections"]] = field(default_factory=dict)
    weights: Mapping[str, Float[np.ndarray, "heads queries keys"]] = field(default_factory=dict)

    @property
    def last(self) -> str:
        """The last layer."""
        return [name for name in self.received if name.startswith("layer")][-1]


@dataclass(frozen=True, eq=False)
class SeenClip:
    """A clip with its frames, as a trained model and an untrained one of the same kind see it.

    Raises:
        PersistenceError: nothing was detected, or not as much was told as was detected.
    """

    clip: PreparedClip
    frames: Float[np.ndarray, "time height width *channels"]
    trained: Look
    untrained: Look | None = None

    def __post_init__(self):
        count = len(self.clip)
        if not count:
            raise PersistenceError(f"{self.clip.name}: nothing was detected in it; choose another clip")
        if len(self.frames) != self.clip.time:
            raise PersistenceError(f"expected {self.clip.time} frames, got {len(self.frames)}")
        for who, look in self.looks.items():
            for name, each in {"probability": look.probability, **look.received}.items():
                if each.shape != (count,):
                    raise PersistenceError(
                        f"{who}, {name}: expected one number for each of {count} detections, got {each.shape}"
                    )

    @property
    def looks(self) -> dict[str, Look]:
        """By model, the trained one first."""
        return {TRAINED: self.trained} | ({} if self.untrained is None else {UNTRAINED: self.untrained})

    @property
    def layers(self) -> tuple[str, ...]:
        """Of which it is known what is received, the rollout at the end."""
        return tuple(self.trained.received)

    @cached_property
    def objects(self) -> ClipObjects:
        """What was detected."""
        return ClipObjects.in_clip(self.clip)

    @cached_property
    def names(self) -> list[str]:
        """Of every detection: its object and its frame."""
        rows = zip(self.objects.of.tolist(), self.clip.detections.frame.tolist(), strict=True)
        return [f"{self.objects.names[each]}, frame {frame + 1}" for each, frame in rows]

    def right(self, look: Look) -> Bool[np.ndarray, " detections"]:
        """Where a model is right."""
        return (look.probability >= 0.5) == self.clip.persistent
