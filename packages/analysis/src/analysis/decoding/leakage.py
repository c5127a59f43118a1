"""What a linear decoder reads from features."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.errors import AnalysisError
from analysis.inference.student_t import Estimate, mean_estimate
from analysis.shown import Shown
from analysis.trials import Labels, known
from analysis.words import by_name

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Leakage(Shown):
    """How well one named feature alone tells the label: balanced accuracy with its interval and chance."""

    feature: str
    estimate: Estimate

    def __str__(self) -> str:
        return f"{self.feature}: {self.estimate}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, with the estimate's beside the feature."""
        return {"feature": self.feature, **self.estimate.to_dict()}


def leakage(
    features: Mapping[str, np.ndarray], labels: Labels, groups: Labels, *, folds: int = 5, seed: int = 0
) -> list[Leakage]:
    """Tell what a cross-validated linear decoder gets from each feature `[items, dims]` alone.

    Shrinkage LDA with equal priors on standardised features; no group stands on both sides of a split. The
    interval is over folds, which share training items, and therefore a rough one. Chance is 1 / classes.

    Raises:
        AnalysisError: lengths differ, a feature is not finite,
            a label is missing, or there are too few classes or groups.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    by_name("features", features, "features")
    labels, groups = known("labels", labels), known("groups", groups)
    _check(labels, groups, folds)
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    parts = list(splits.split(labels, labels, groups))
    return [
        Leakage(name, _decoded(_matrix(name, array, labels), labels, parts))
        for name, array in features.items()
    ]


def _decoded(features: np.ndarray, labels: np.ndarray, parts: list) -> Estimate:
    scores = [_score(features, labels, train, test) for train, test in parts]
    found = mean_estimate(scores, chance=1 / np.unique(labels).size).within(0.0, 1.0)
    return replace(found, how="balanced accuracy, 95% Student t over folds")


def _score(features: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> float:
    """Balanced accuracy over the classes that the test fold has."""
    from sklearn.metrics import recall_score

    predicted = (
        _decoder(np.unique(labels[train]).size).fit(features[train], labels[train]).predict(features[test])
    )
    present = np.unique(labels[test])
    return float(recall_score(labels[test], predicted, labels=present, average="macro"))


def _decoder(classes: int) -> "Pipeline":
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=np.full(classes, 1 / classes))
    return make_pipeline(StandardScaler(), lda)


def _check(labels: np.ndarray, groups: np.ndarray, folds: int) -> None:
    if labels.ndim != 1 or labels.shape != groups.shape:
        raise AnalysisError(
            f"expected one label and one group per item, got {labels.shape} and {groups.shape}"
        )
    classes = np.unique(labels)
    if classes.size < 2:
        raise AnalysisError(f"expected at least two classes, got {classes.size}: there is nothing to decode")
    for label in classes:
        if (found := np.unique(groups[labels == label]).size) < folds:
            raise AnalysisError(
                f"class {label} has {found} groups, {folds} folds need as many; use fewer folds"
            )


def _matrix(name: str, array: np.ndarray, labels: np.ndarray) -> np.ndarray:
    matrix = np.asarray(array, dtype=float).reshape(len(array), -1)
    if len(matrix) != labels.size:
        raise AnalysisError(f"{name}: expected one row per label ({labels.size}), got {len(matrix)}")
    if not np.isfinite(matrix).all():
        raise AnalysisError(f"{name}: {(~np.isfinite(matrix)).sum()} of {matrix.size} numbers are not finite")
    return matrix
