"""One baseline of scikit-learn's estimators: of growth, of fluxes and shares, and of growth or no growth."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float
from sklearn.dummy import DummyClassifier

from graph_attention.baselines.base import EVERYTHING, Baseline, Labelled, Rows
from graph_attention.baselines.inputs import Inputs, inputs_of
from graph_attention.baselines.targets import Targets
from graph_attention.errors import MetabolicError
from graph_attention.predictions import Prediction
from graph_attention.truth.recipes import GROWS


@dataclass
class Regression(Baseline):
    """One estimator for growth, a second of its kind for fluxes and shares, and a classifier of growth or none."""

    inputs: ClassVar[Inputs] = "both"
    sees: ClassVar[str] = "uptake of every exchange, and the composition of the chosen sources"
    says: ClassVar[tuple[str, ...]] = EVERYTHING

    _fitted: "_Fitted | None" = field(default=None, init=False, repr=False)

    @property
    def fewest(self) -> int:
        """Two: one medium has nothing that varies."""
        return 2

    @property
    def fewest_of_a_kind(self) -> int:
        """How many growing media, and how many others, its classifier needs."""
        return 1

    def check(self, dataset: Labelled, rows: Rows) -> None:
        """Raise MetabolicError where these rows are too few, or all the same to it."""
        super().check(dataset, rows)
        if self.fewest > 1 and not np.ptp(inputs_of(dataset.media, rows, self.inputs), axis=0).any():
            raise MetabolicError(
                f"{self.name} sees {self.sees}, which is the same in all {len(rows)} media to learn from; "
                "give media that differ, or take another baseline"
            )

    @abstractmethod
    def regressor(self, seed: int, targets: int) -> Any:
        """An unfitted estimator of so many numbers."""

    @abstractmethod
    def classifier(self, seed: int) -> Any:
        """An unfitted estimator of a probability."""

    def fit(self, dataset: Labelled, rows: Rows, seed: int = 0) -> Baseline:
        """Learn from these rows and no others."""
        self.check(dataset, rows)
        inputs, targets = inputs_of(dataset.media, rows, self.inputs), Targets.of(dataset, rows, self.says)
        growth = self.regressor(seed, 1).fit(inputs, targets.growth)
        columns = targets.columns
        rest = self.regressor(seed, columns.shape[1]).fit(inputs, columns) if columns.shape[1] else None
        self._fitted = _Fitted(targets, growth, rest, self._told_apart(inputs, targets.growth > GROWS, seed))
        return self

    def _told_apart(
        self, inputs: Float[np.ndarray, "rows features"], grows: Bool[np.ndarray, " rows"], seed: int
    ) -> Any:
        """A fitted classifier; where (nearly) all media grow, or none, the answer is their share."""
        both = min(grows.sum(), (~grows).sum()) >= self.fewest_of_a_kind
        return (self.classifier(seed) if both else DummyClassifier()).fit(inputs, grows)

    def predict(self, dataset: Labelled, rows: Rows) -> Prediction:
        """What it says of these rows."""
        fitted, inputs = self.fitted, inputs_of(dataset.media, rows, self.inputs)
        columns = fitted.rest.predict(inputs) if fitted.rest else np.zeros((len(rows), 0))
        grows = fitted.grows.predict_proba(inputs)
        # One class alone has one column.
        probability = (
            grows[:, 1] if grows.shape[1] == 2 else np.full(len(rows), float(fitted.grows.classes_[0]))
        )
        return fitted.targets.prediction(
            fitted.growth.predict(inputs), probability, columns.reshape(len(rows), -1)
        )

    @property
    def fitted(self) -> "_Fitted":
        """What `fit` left."""
        assert self._fitted is not None, "fit comes first"
        return self._fitted


@dataclass(frozen=True)
class _Fitted:
    targets: Targets
    growth: Any
    rest: Any
    grows: Any
