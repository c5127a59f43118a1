"""Baselines that are a rule on one number: a colour, or a length."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from sklearn.isotonic import IsotonicRegression

from object_persistence.baselines.base import Baseline, Scores
from object_persistence.clips.prepared import PreparedClip
from object_persistence.errors import PersistenceError

MIDDLE = 3
"""Side, in pixels, of the middle of a patch whose colour counts: the corners of a patch are background."""


@dataclass
class ColourRule(Baseline):
    """What is bright in the mean over red, green and blue is persistent; nothing is learned.

    The rule by which older labels were made of white and red spheres. The score is half the brightness over the
    threshold below it, and rises linearly to 1 above it.
    """

    brightness: float = 0.7
    name: ClassVar[str] = "colour_rule"
    sees: ClassVar[str] = "mean colour of the middle of its patch"

    def fit(self, clips: Sequence[PreparedClip], seed: int = 0) -> "Baseline":
        """Nothing is learned."""
        self.check(clips)
        return self

    def predict(self, clips: Sequence[PreparedClip]) -> Scores:
        """The brightness of each detection, moved so that the threshold lies at one half."""
        return [np.interp(mean_colour(clip), [0, self.brightness, 1], [0, 0.5, 1]) for clip in clips]


def mean_colour(clip: PreparedClip) -> Float[np.ndarray, " detections"]:
    """Mean over the channels and over the middle of each patch."""
    size = clip.patches.shape[-1]
    side = min(MIDDLE, size)
    middle = slice((size - side) // 2, (size - side) // 2 + side)
    return clip.patches[..., middle, middle].mean((1, 2, 3)).astype(float)


@dataclass
class LinkLength(Baseline):
    """The longer its linked track, the likelier a detection is persistent.

    The probability is the isotonic regression of the label on the length (Barlow 1972), so that the shortest length
    above one half is the threshold with the fewest errors on the training clips.
    """

    name: ClassVar[str] = "link_length"
    sees: ClassVar[str] = "linked length"
    _fitted: IsotonicRegression | None = field(default=None, init=False, repr=False)

    def fit(self, clips: Sequence[PreparedClip], seed: int = 0) -> "Baseline":
        """Learn the share of persistent detections at each length, never falling."""
        self.check(clips)
        length = np.concatenate([clip.track_length for clip in clips]).astype(float)
        persistent = np.concatenate([clip.persistent for clip in clips]).astype(float)
        self._fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(length, persistent)
        return self

    @property
    def threshold(self) -> float:
        """The shortest linked length that it calls persistent; infinite where none is."""
        lengths = np.arange(1, self.fitted.X_max_ + 1)
        called = lengths[self.fitted.predict(lengths) >= 0.5]
        return float(called[0]) if len(called) else float("inf")

    def predict(self, clips: Sequence[PreparedClip]) -> Scores:
        """The probability at the length of each detection's track."""
        return [
            self.fitted.predict(clip.track_length.astype(float)).astype(float) if len(clip) else np.zeros(0)
            for clip in clips
        ]

    @property
    def fitted(self) -> IsotonicRegression:
        """What `fit` left."""
        if self._fitted is None:
            raise PersistenceError(f"{self.name} has learned nothing yet; call fit(clips) first")
        return self._fitted
