"""The objects of a clip before they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from jaxtyping import Bool, Float

from .clip import TRUTH


@dataclass(frozen=True, eq=False)
class Scene:
    """Where objects are in every frame, in which they exist and in which they can be seen.

    `position` is y, x in pixels and goes on where an object does not exist. `kind` is one of `videos.clip.KINDS`.
    """

    position: Float[np.ndarray, "objects time 2"]
    exists: Bool[np.ndarray, "objects time"]
    visible: Bool[np.ndarray, "objects time"]
    sigma: Float[np.ndarray, " objects"]
    amplitude: Float[np.ndarray, " objects"]
    colour: Float[np.ndarray, "objects 3"]
    kind: np.ndarray  # text [objects]

    def __len__(self) -> int:
        return len(self.sigma)

    def __getitem__(self, rows: np.ndarray) -> "Scene":
        return Scene(*(getattr(self, column.name)[rows] for column in fields(self)))

    @classmethod
    def joined(cls, scenes: Sequence["Scene"]) -> "Scene":
        """All objects of several scenes of one clip."""
        return cls(
            *(np.concatenate([getattr(scene, column.name) for scene in scenes]) for column in fields(cls))
        )

    def truth(self) -> pl.DataFrame:
        """One row per object and frame in which it exists, with the columns `videos.clip.TRUTH`."""
        track, frame = np.nonzero(self.exists)
        columns = {
            "track": track,
            "frame": frame,
            "y": self.position[track, frame, 0],
            "x": self.position[track, frame, 1],
            "sigma": self.sigma[track],
            "amplitude": self.amplitude[track],
            "visible": self.visible[track, frame],
            "persistent": (self.kind == "persistent")[track],
            "kind": self.kind[track],
        }
        return pl.DataFrame(columns, schema=TRUTH)
