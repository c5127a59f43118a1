"""The baselines of scikit-learn's estimators, from knowing nothing to boosted trees on tracks."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from object_persistence.baselines.features import features_of
from object_persistence.baselines.on_features import OnFeatures
from object_persistence.clips.prepared import PreparedClip


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
class GradientBoosting(OnFeatures):
    """Gradient boosted trees on the linked track, its ends, and what lies around them."""

    trees: int = 300
    leaves: int = 31
    leaf: int = 20
    learning_rate: float = 0.05
    penalty: float = 1.0
    name: ClassVar[str] = "gradient_boosting"
    sees: ClassVar[str] = "linked track, its neighbours in space and time, and the clip"

    def features(self, clip: PreparedClip) -> Float[np.ndarray, "detections features"]:
        """All that `features_of` tells."""
        return features_of(clip)

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
