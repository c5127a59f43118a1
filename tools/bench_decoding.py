"""What a time-generalisation matrix costs beside MNE's: `uv run --group bench tools/bench_decoding.py`.

200 trials × 64 features × 50 times, 5 folds, one thread; the least CPU seconds of alternating repeats in one run. Both
sides score balanced accuracy over the same folds, and the scores are compared. MNE is needed by this program alone.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is imported: idle threads would be counted as work

import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
from mne.decoding import (  # pyright: ignore[reportMissingImports]
    GeneralizingEstimator,
    cross_val_multiscore,
)
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis import LDA, CrossValidation, Decoding, Ridge, Standardised, clusters, decode_across_time
from analysis.decoding.weights import Decoder

TRIALS, FEATURES, TIMES, FOLDS, REPEATS, TARGET = 200, 64, 50, 5, 7, 20
SHRINKAGE = 0.1


def planted() -> tuple[np.ndarray, np.ndarray]:
    """Features [trials, times, features] whose code of two classes drifts, and the labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(TRIALS) % 2
    code = np.cumsum(rng.normal(size=(TIMES, FEATURES)), axis=0) / np.sqrt(np.arange(1, TIMES + 1))[:, None]
    features = rng.normal(size=(TRIALS, TIMES, FEATURES)) + 0.2 * labels[:, None, None] * code
    return features, labels


def pairs() -> Iterator[tuple[str, Decoder, Any]]:
    """Each decoder of ours beside scikit-learn's."""
    lda, discriminant = (
        LDA(SHRINKAGE, "empirical"),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage=SHRINKAGE),
    )
    yield "shrinkage LDA", lda, discriminant
    yield "standardised LDA", Standardised(lda), make_pipeline(StandardScaler(), discriminant)
    yield "ridge", Ridge(), RidgeClassifier()


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of one call, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def ours(decoder: Decoder, permutations: int = 0) -> Decoding:
    """The whole matrix, over folds drawn from seed 0."""
    features, labels = DATA
    how = CrossValidation(decoder, FOLDS, permutations)
    return decode_across_time(features, labels, np.arange(TRIALS), how)


def theirs(model: Any, folds: np.ndarray) -> np.ndarray:
    """MNE's matrix [folds, train, test] over the same folds."""
    features, labels = DATA
    estimator = GeneralizingEstimator(model, scoring="balanced_accuracy", verbose="error")
    return cross_val_multiscore(
        estimator, features.transpose(0, 2, 1), labels, cv=PredefinedSplit(folds), verbose="error"
    )


def measured(decoder: Decoder, model: Any) -> tuple[float, float, float]:
    """Least CPU seconds of both sides, and the largest gap between their scores."""
    found = ours(decoder)
    gap = np.abs(theirs(model, found.folds).transpose(1, 2, 0) - found.fold_scores).max()
    taken = [
        (seconds(lambda: ours(decoder))[0], seconds(lambda: theirs(model, found.folds))[0])
        for _ in range(REPEATS)
    ]
    quick, slow = (min(side) for side in zip(*taken, strict=True))
    return quick, slow, float(gap)


def main() -> None:
    """Print a row per decoder, then what a tested matrix costs."""
    print(
        f"{TRIALS} trials × {FEATURES} features × {TIMES} times, {FOLDS} folds; MNE {version('mne')}; CPU seconds"
    )
    print(f"{'decoder':<20}{'analysis':>10}{'MNE':>10}{'ratio':>10}{'target':>10}{'score gap':>12}")
    for name, decoder, model in pairs():
        quick, slow, gap = measured(decoder, model)
        print(f"{name:<20}{quick:>10.4f}{slow:>10.3f}{slow / quick:>8.1f} ×{f'≥ {TARGET} ×':>10}{gap:>12.1e}")
    taken, found = seconds(lambda: ours(LDA(SHRINKAGE, "empirical"), 1000))
    print(
        f"shrinkage LDA with 1000 permutations of the labels: {taken:.1f} s, {taken / slow:.1f} × MNE's one matrix"
    )
    print(f"  {clusters(found)[0]}")


DATA = planted()

if __name__ == "__main__":
    main()
