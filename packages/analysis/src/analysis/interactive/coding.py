"""Numbers on their way into a page: few digits, and large matrices as bytes."""

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Num

DIGITS = 5
MANY = 20_000
"""Matrices with more entries than this are written in 255 steps of their range."""
MISSING = 255


def plain(value: Any) -> Any:
    """Lists and numbers for JSON: five digits, None for what is not finite."""
    if isinstance(value, np.ndarray):
        return coded(value) if value.ndim == 2 and value.size > MANY else plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if value is None or isinstance(value, bool | str | int):
        return value
    return rounded(float(value))


def rounded(value: float) -> float | None:
    """Five significant digits; None where the value is not finite."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def coded(matrix: Num[np.ndarray, "rows columns"]) -> dict[str, Any]:
    """A matrix as one byte per entry, in base64: `low + step · byte`, and 255 where nothing is known."""
    matrix = matrix.astype(float)
    known = np.isfinite(matrix)
    low, high = (float(matrix[known].min()), float(matrix[known].max())) if known.any() else (0.0, 0.0)
    step = (high - low) / (MISSING - 1) or 1.0
    codes = np.where(known, np.rint((np.where(known, matrix, low) - low) / step), MISSING).astype(np.uint8)
    text = base64.b64encode(codes.tobytes()).decode()
    return {"bytes": text, "columns": matrix.shape[1], "low": low, "step": step}
