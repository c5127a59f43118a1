"""A scikit-learn classifier on what each detection and its track are like."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.dummy import DummyClassifier

from object_persistence.baselines.base import Baseline, Scores
from object_persistence.clips.prepared import PreparedClip
from object_persistence.errors import PersistenceError


@dataclass
class OnFeatures(Baseline):
    """One row of features per detection, of all clips together."""

    _fitted: Any = field(default=None, init=False, repr=False)

    @abstractmethod
    def features(self, clip: PreparedClip) -> Float[np.ndarray, "detections features"]:
        """What it sees of a clip's detections."""

    @abstractmethod
    def classifier(self, seed: int) -> Any:
        """An unfitted classifier with probabilities."""

    def shown(self, clips: Sequence[PreparedClip], seed: int) -> Sequence[PreparedClip]:
        """What it learns from: the clips as they are."""
        return clips

    def fit(self, clips: Sequence[PreparedClip], seed: int = 0) -> "Baseline":
        """Learn from all detections; where all are of one class, that is the answer."""
        self.check(clips)
        clips = self.shown(clips, seed)
        persistent = np.concatenate([clip.persistent for clip in clips])
        both = 0 < persistent.sum() < len(persistent)
        classifier = self.classifier(seed) if both else DummyClassifier(strategy="prior")
        self._fitted = classifier.fit(self._table(clips), persistent)
        return self

    def predict(self, clips: Sequence[PreparedClip]) -> Scores:
        """The probability of each detection."""
        if self._fitted is None:
            raise PersistenceError(f"{self.name} has learned nothing yet; call fit(clips) first")
        counts = [len(clip) for clip in clips]
        if not sum(counts):
            return [np.zeros(0) for _ in clips]
        said = self._fitted.predict_proba(self._table(clips))
        # One class alone has one column.
        probability = (
            said[:, 1] if said.shape[1] == 2 else np.full(len(said), float(self._fitted.classes_[0]))
        )
        return np.split(probability.astype(float), np.cumsum(counts)[:-1])

    def _table(self, clips: Sequence[PreparedClip]) -> Float[np.ndarray, "detections features"]:
        return np.concatenate([self.features(clip) for clip in clips if len(clip)])
