"""Lists of numbers as they come in: checked, and freed of differences that are rounding errors."""

from collections.abc import Sequence

import numpy as np

from analysis.errors import AnalysisError

Values = Sequence[float] | Sequence[int] | np.ndarray
Reduced = np.ndarray | np.floating | float
"""What a reduction such as `np.mean` returns."""


def checked(values: Values) -> np.ndarray:
    """One finite number per unit, as a vector of float64.

    Raises:
        AnalysisError: there is no value, they are no list, or one is not finite.
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or array.size == 0:
        raise AnalysisError(f"expected a list of at least one value, got the shape {array.shape}")
    if not np.isfinite(array).all():
        raise AnalysisError(f"expected finite values, {(~np.isfinite(array)).sum()} of {array.size} are not")
    return array


def checked_pairs(a: Values, b: Values) -> tuple[np.ndarray, np.ndarray]:
    """Two lists whose values pair one by one.

    Raises:
        AnalysisError: as `checked`, or their lengths differ.
    """
    a, b = checked(a), checked(b)
    if a.size != b.size:
        raise AnalysisError(
            f"expected as many values on both sides, got {a.size} and {b.size}; "
            "use difference() where units do not pair"
        )
    return a, b


def paired_gaps(a: Values, b: Values) -> np.ndarray:
    """Differences a − b of values that pair, without rounding errors."""
    a, b = checked_pairs(a, b)
    return without_rounding(a - b, max(np.abs(a).max(), np.abs(b).max()))


def without_rounding(values, scale: float):
    """Equal up to rounding is equal: a test on rounding errors would find anything."""
    tolerance = 8 * np.finfo(float).eps * scale
    values = np.where(np.abs(values) <= tolerance, 0.0, values)
    return np.full_like(values, np.median(values)) if np.ptp(values) <= tolerance else values
