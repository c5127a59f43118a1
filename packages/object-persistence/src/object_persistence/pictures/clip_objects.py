"""The objects of a clip, with names and in an order to read pictures by."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from object_persistence.clips.prepared import PreparedClip
from object_persistence.errors import PersistenceError

Key = tuple[bool, bool, str, int]


@dataclass(frozen=True)
class ClipObjects:
    """Names of objects, those that last first and clutter at the end, and which object each detection is of.

    Clutter is no object; its detections stand together by their linked track.
    """

    names: tuple[str, ...]
    of: Int[np.ndarray, " detections"]
    lasting: int
    """How many of them last; they are the first."""

    @classmethod
    def in_clip(cls, clip: PreparedClip) -> "ClipObjects":
        """All that were detected in a clip."""
        keys = list(_keys(clip))
        ordered = sorted(set(keys))
        place = {key: number for number, key in enumerate(ordered)}
        of = np.array([place[key] for key in keys], dtype=np.int64)
        return cls(tuple(map(_name, ordered)), of, sum(not passes for _, passes, _, _ in ordered))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.names)

    def longest(self) -> int:
        """Of those that last, or of all where none does, the one that was detected most often."""
        counts = np.bincount(self.of, minlength=len(self))
        return int(counts[: self.lasting or None].argmax())

    def index(self, name: str | None) -> int:
        """The place of an object by its name or number; without one, that of the longest.

        Raises:
            PersistenceError: there is no such object.
        """
        if name is None:
            return self.longest()
        for place, each in enumerate(self.names):
            if name in (each, each.rpartition(" ")[2]):
                return place
        raise PersistenceError(
            f"{name} is no object of this clip; expected one of: {', '.join(self.names)}, or its number"
        )

    def order(self) -> Int[np.ndarray, " detections"]:
        """Detections object by object, each in order of time."""
        return np.argsort(self.of, kind="stable")


def _keys(clip: PreparedClip) -> Iterator[Key]:
    """What detections are sorted by: clutter last, then whether it lasts, its kind, and its number."""
    rows = zip(clip.truth.tolist(), clip.tracks.tolist(), clip.persistent.tolist(), clip.kind, strict=True)
    for truth, track, lasts, kind in rows:
        yield truth < 0, not lasts, kind, track if truth < 0 else truth


def _name(key: Key) -> str:
    nothing, _, kind, number = key
    return f"{kind}, track {number}" if nothing else f"{kind} {number}"
