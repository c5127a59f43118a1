"""The estimators of scikit-learn that are baselines, each with its settings."""

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.stats import norm
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import VarianceThreshold
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model import Ridge as RidgeRegressor
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from graph_attention.baselines.base import GROWTH_ALONE, Baseline, Labelled, Rows
from graph_attention.baselines.inputs import Inputs, inputs_of
from graph_attention.baselines.regression import Regression
from graph_attention.predictions import Prediction
from graph_attention.truth.recipes import GROWS

KEPT = 0.999
"""The share of the variance of fluxes and shares that the components hold which trees are grown for."""
COMPOSITION = "composition of the chosen sources"


@dataclass
class Mean(Regression):
    """The mean over training media, whatever the medium."""

    name: ClassVar[str] = "mean"
    sees: ClassVar[str] = "nothing"

    @property
    def fewest(self) -> int:
        """One, which is its own mean."""
        return 1

    def regressor(self, seed: int, targets: int) -> Any:
        """The mean."""
        return DummyRegressor()

    def classifier(self, seed: int) -> Any:
        """The share of media that grow."""
        return DummyClassifier(strategy="prior")


@dataclass
class Ridge(Regression):
    """Linear regression with an L2 penalty."""

    penalty: float = 1.0
    name: ClassVar[str] = "ridge"

    def regressor(self, seed: int, targets: int) -> Any:
        """Ridge regression of standardised inputs."""
        return scaled(RidgeRegressor(alpha=self.penalty))

    def classifier(self, seed: int) -> Any:
        """Logistic regression with the same penalty."""
        return scaled(LogisticRegression(C=1 / self.penalty, max_iter=5000))


@dataclass
class GradientBoosting(Regression):
    """Gradient boosted trees on uptake and composition; growth alone, for they learn one number at a time."""

    trees: int = 300
    leaf: int = 5
    learning_rate: float = 0.05
    name: ClassVar[str] = "gradient_boosting"
    says: ClassVar[tuple[str, ...]] = GROWTH_ALONE

    @property
    def fewest(self) -> int:
        """Two leaves: with fewer media every tree is their mean."""
        return 2 * self.leaf

    def regressor(self, seed: int, targets: int) -> Any:
        """Histogram gradient boosting of the squared error."""
        return HistGradientBoostingRegressor(random_state=seed, **self._settings)

    def classifier(self, seed: int) -> Any:
        """The same of the log loss."""
        return HistGradientBoostingClassifier(random_state=seed, **self._settings)

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "max_iter": self.trees,
            "min_samples_leaf": self.leaf,
            "learning_rate": self.learning_rate,
            "early_stopping": False,
        }


@dataclass
class GaussianProcess(Regression):
    """A Gaussian process with a radial kernel and noise, its length scale fitted; growth alone."""

    length_scale: float = 10.0
    name: ClassVar[str] = "gaussian_process"
    inputs: ClassVar[Inputs] = "composition"
    sees: ClassVar[str] = COMPOSITION
    says: ClassVar[tuple[str, ...]] = GROWTH_ALONE

    def regressor(self, seed: int, targets: int) -> Any:
        """Gaussian process regression of standardised inputs."""
        kernel = ConstantKernel(1.0, (1e-2, 1e4)) * RBF(self.length_scale, (1e-1, 1e4)) + WhiteKernel(
            1e-2, (1e-6, 1e1)
        )
        return scaled(GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed))

    def classifier(self, seed: int) -> Any:
        """Not asked: see `predict`."""
        return DummyClassifier()

    def fit(self, dataset: Labelled, rows: Rows, seed: int = 0) -> Baseline:
        """As the others; a noise or scale that ends at its bound is an answer, for computed labels have no noise."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(dataset, rows, seed)

    def predict(self, dataset: Labelled, rows: Rows) -> Prediction:
        """Growth with its predictive distribution: P(growth > 0) is what lies above `GROWS` of it."""
        inputs = inputs_of(dataset.media, rows, self.inputs)
        mean, sd = self.fitted.growth.predict(inputs, return_std=True)
        return Prediction(np.maximum(mean, 0), norm.sf((GROWS - mean) / sd))


@dataclass
class Neighbours(Regression):
    """The mean over the nearest training media, by composition: by uptake every nutrient is as far as any other."""

    neighbours: int = 5
    name: ClassVar[str] = "knn"
    inputs: ClassVar[Inputs] = "composition"
    sees: ClassVar[str] = COMPOSITION

    @property
    def fewest(self) -> int:
        """As many as it asks."""
        return self.neighbours

    def regressor(self, seed: int, targets: int) -> Any:
        """The nearest neighbours of standardised inputs, the nearer the more."""
        return scaled(KNeighborsRegressor(self.neighbours, weights="distance"))

    def classifier(self, seed: int) -> Any:
        """The share of the neighbours that grow."""
        return scaled(KNeighborsClassifier(self.neighbours, weights="distance"))


@dataclass
class RandomForest(Regression):
    """A random forest; fluxes and shares by their principal components."""

    trees: int = 200
    leaf: int = 2
    name: ClassVar[str] = "random_forest"

    @property
    def fewest(self) -> int:
        """Two leaves: with fewer media every tree is their mean."""
        return 2 * self.leaf

    def regressor(self, seed: int, targets: int) -> Any:
        """A random forest of growth, or of the components of the rest."""
        forest = RandomForestRegressor(
            self.trees, min_samples_leaf=self.leaf, max_features=1 / 3, random_state=seed
        )
        if targets == 1:
            return forest
        components = PCA(KEPT, svd_solver="full")
        return TransformedTargetRegressor(forest, transformer=components, check_inverse=False)

    def classifier(self, seed: int) -> Any:
        """A random forest of growth or none."""
        return RandomForestClassifier(self.trees, min_samples_leaf=self.leaf, random_state=seed)


@dataclass
class Perceptron(Regression):
    """A multilayer perceptron on the uptake alone, as models of media usually are: no nutrient is like another."""

    width: int = 128
    penalty: float = 1e-3
    learning_rate: float = 1e-3
    name: ClassVar[str] = "mlp"
    inputs: ClassVar[Inputs] = "uptake"
    sees: ClassVar[str] = "uptake of every exchange"

    @property
    def fewest(self) -> int:
        """11: it keeps a tenth, and at least two, to know when to stop."""
        return 11

    @property
    def fewest_of_a_kind(self) -> int:
        """Two: one to learn from, one to know when to stop."""
        return 2

    def regressor(self, seed: int, targets: int) -> Any:
        """Two hidden layers, stopped early, on standardised inputs and targets."""
        network = MLPRegressor(random_state=seed, **self._settings)
        return scaled(TransformedTargetRegressor(network, transformer=StandardScaler()))

    def classifier(self, seed: int) -> Any:
        """The same of the log loss."""
        return scaled(MLPClassifier(random_state=seed, **self._settings))

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "hidden_layer_sizes": (self.width, self.width),
            "alpha": self.penalty,
            "learning_rate_init": self.learning_rate,
            "early_stopping": True,
            "n_iter_no_change": 20,
            "max_iter": 2000,
        }


def scaled(estimator: Any) -> Pipeline:
    """An estimator behind a scaler; inputs that are the same in all training media are left out."""
    return make_pipeline(VarianceThreshold(), StandardScaler(), estimator)
