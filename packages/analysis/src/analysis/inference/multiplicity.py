"""Corrections for many tests: the family-wise error rate, and the false discovery rate."""

from collections.abc import Callable

import numpy as np

from analysis.errors import AnalysisError
from analysis.values import Values


def holm(p_values: Values) -> np.ndarray:
    """Holm's (1979) step-down corrected p values; NaN stays NaN and is not counted in the family.

        p'_(k) = min(1, max_{j ≤ k} (m − j + 1) · p_(j))

    Raises:
        AnalysisError: a p value lies outside [0, 1].
    """
    return _corrected(p_values, _step_down)


def benjamini_hochberg(p_values: Values) -> np.ndarray:
    """Benjamini & Hochberg's (1995) p values, which bound the share of false discoveries; NaN as in `holm`.

    Valid for independent or positively dependent tests.

    Raises:
        AnalysisError: a p value lies outside [0, 1].
    """
    from scipy.stats import false_discovery_control

    return _corrected(p_values, false_discovery_control)


def _step_down(known: np.ndarray) -> np.ndarray:
    """Written out, because statsmodels imports pandas and collects garbage at every call."""
    order = np.argsort(known)
    corrected = np.empty_like(known)
    corrected[order] = np.maximum.accumulate(known[order] * np.arange(known.size, 0, -1))
    return np.minimum(corrected, 1.0)


def _corrected(p_values: Values, correct: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    p_values = np.asarray(p_values, dtype=float)
    corrected, known = np.full(p_values.shape, np.nan), ~np.isnan(p_values)
    if outside := p_values[known & ~((p_values >= 0) & (p_values <= 1))].tolist():
        raise AnalysisError(f"expected p values within [0, 1], got {outside[0]}")
    if known.any():
        corrected[known] = correct(p_values[known])
    return corrected
