"""The baselines of scikit-learn's estimators, from knowing nothing to boosted trees on tracks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from object_persistence.baselines.early import ending_early
from object_persistence.baselines.features import features_of
from object_persistence.baselines.on_features import OnFeatures
from object_persistence.clips.prepared import PreparedClip
from object_persistence.linking.features import track_features


@dataclass
class Majority(OnFeatures):
    """The share of persistent detections in training, whatever the detection."""

    name: ClassVar[str] = "majority"
    sees: ClassVar[str] = "nothing"

    def features(self, clip: PreparedClip) -> Float[np.ndarray, "detections features"]:
        """A constant."""
        return np.zeros((len(clip), 1))

    def classifier(self, seed: int) -> Any:
        """The share of persistent detections."""
        return DummyClassifier(strategy="prior")


@dataclass
class LogisticLength(OnFeatures):
    """Logistic regression on the linked length: what calibration is when a length is all that is known."""

    name: ClassVar[str] = "logistic_length"
    sees: ClassVar[str] = "linked length"

    def features(self, clip: PreparedClip) -> Float[np.ndarray, "detections features"]:
        """log(detections of the linked track)."""
        return np.log(clip.track_length[:, None].astype(float))

    def classifier(self, seed: int) -> Any:
        """Without a penalty that would matter."""
        return LogisticRegression(C=1e4, max_iter=1000)


@dataclass
class TrackBoosting(OnFeatures):
    """Gradient boosted trees on what is known of the linked track and of the detection in it."""

    trees: int = 300
    leaves: int = 15
    leaf: int = 20
    learning_rate: float = 0.05
    penalty: float = 1.0
    name: ClassVar[str] = "track_boosting"
    sees: ClassVar[str] = "linked track"

    def features(self, clip: PreparedClip) -> Float[np.ndarray, "detections features"]:
        """The columns of `track_features`."""
        return track_features(clip.detections, clip.tracks, (clip.time, clip.height, clip.width)).to_numpy()

    def classifier(self, seed: int) -> Any:
        """Histogram gradient boosting of the log loss."""
        return HistGradientBoostingClassifier(random_state=seed, **self._settings)

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "max_iter": self.trees,
            "max_leaf_nodes": self.leaves,
            "min_samples_leaf": self.leaf,
            "learning_rate": self.learning_rate,
            "l2_regularization": self.penalty,
            "early_stopping": False,
        }


@dataclass
class GradientBoosting(TrackBoosting):
    """The same on all that can be told without attention: what may continue a track, and what lies around it.

    It learns besides from copies of the clips that end early. Labels are those of the whole clip.
    """

    cuts: int = 1
    name: ClassVar[str] = "gradient_boosting"
    sees: ClassVar[str] = "linked track, what may continue it, and its neighbours in space and time"

    def features(self, clip: PreparedClip) -> Float[np.ndarray, "detections features"]:
        """All that `features_of` tells."""
        return features_of(clip)

    def shown(self, clips: Sequence[PreparedClip], seed: int) -> Sequence[PreparedClip]:
        """The clips, and so many copies of each that end early."""
        return [*clips, *ending_early(clips, self.cuts, seed)]
