"""What every baseline offers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from object_persistence.clips.prepared import PreparedClip
from object_persistence.errors import PersistenceError

Scores = list[Float[np.ndarray, "_"]]
"""For each clip, the probability of persistence of each of its detections."""


class Baseline(ABC):
    """Tells without attention which detections last; settings are its fields, the same seed gives the same numbers."""

    name: ClassVar[str]
    sees: ClassVar[str]
    """What it is told of a detection, in words."""

    def check(self, clips: Sequence[PreparedClip]) -> None:
        """Raise PersistenceError where these clips leave nothing to learn from."""
        if not any(len(clip) for clip in clips):
            raise PersistenceError(
                f"{self.name} needs detections to learn from; got none in {len(clips)} clips: lower the detector's "
                "threshold, or give more clips"
            )

    @abstractmethod
    def fit(self, clips: Sequence[PreparedClip], seed: int = 0) -> "Baseline":
        """Learn from labelled clips; clutter counts as not persistent.

        Raises:
            PersistenceError: no clip has a detection.
        """

    @abstractmethod
    def predict(self, clips: Sequence[PreparedClip]) -> Scores:
        """The probability of persistence of every detection; labels are not looked at.

        Raises:
            PersistenceError: it was not fitted.
        """
