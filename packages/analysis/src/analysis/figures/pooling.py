"""Matrices that are larger than the page, averaged in blocks."""

import numpy as np
from scipy import sparse

from analysis.errors import AnalysisError

LARGEST = 1000
"""A side that is longer is averaged in blocks before it is drawn."""

Sparse = sparse.csr_array | sparse.coo_array
Matrix = np.ndarray | Sparse


def pooled(values: Matrix, largest: int = LARGEST) -> tuple[np.ndarray, tuple[int, int]]:
    """Means over blocks, so that no side is longer than the page has room for, and the sides of a block.

    The last block of a side may be smaller. Cells that are not a number count as none.

    Raises:
        AnalysisError: it is no matrix, or an empty one.
    """
    rows, columns = (-(-side // largest) for side in size(values))
    if isinstance(values, Sparse):
        return _sparse(values, rows, columns), (rows, columns)
    known = ~np.isnan(values)
    sums = _sums(np.where(known, values, 0.0), rows, columns)
    counts = _sums(known.astype(float), rows, columns)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0), (rows, columns)


def size(values: Matrix) -> tuple[int, int]:
    """Rows and columns.

    Raises:
        AnalysisError: it is no matrix, or an empty one.
    """
    shape: tuple[int, ...] = values.shape  # pyright: ignore[reportAssignmentType]
    if len(shape) != 2 or 0 in shape:
        raise AnalysisError(f"expected a matrix, got the shape {shape}")
    return shape[0], shape[1]


def _sums(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    down = np.add.reduceat(values, np.arange(0, values.shape[0], rows), axis=0)
    return np.add.reduceat(down, np.arange(0, values.shape[1], columns), axis=1)


def _sparse(values: Sparse, rows: int, columns: int) -> np.ndarray:
    """Without ever holding the whole matrix."""
    pairs = sparse.coo_array(values)
    sizes = [
        np.diff(np.append(np.arange(0, side, block), side))
        for side, block in zip(size(values), (rows, columns), strict=True)
    ]
    places = pairs.row // rows, pairs.col // columns
    sums = sparse.coo_array((pairs.data, places), shape=(sizes[0].size, sizes[1].size)).toarray()
    return sums / np.outer(*sizes)
