"""Columns of trials: what is refused, and how whole groups are dealt out into parts."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Int

from analysis.errors import AnalysisError

Labels = Sequence | np.ndarray


def group_parts(groups: Labels, strata: Labels, parts: int, *, seed: int) -> Int[np.ndarray, " trials"]:
    """Deal whole groups out into parts, those of one stratum as evenly as their number allows."""
    groups = np.asarray(groups)
    _, first, index = np.unique(groups, return_index=True, return_inverse=True)
    order = np.lexsort((np.random.default_rng(seed).random(first.size), np.asarray(strata)[first]))
    part = np.empty(first.size, dtype=int)
    part[order] = np.arange(first.size) % parts
    return part[index]


def shuffled_labels(
    labels: np.ndarray, groups: np.ndarray, permutations: int, seed: int
) -> Iterator[np.ndarray]:
    """Labels in another order: moved between whole groups where each has one label, and within groups otherwise."""
    _, first, index = np.unique(groups, return_index=True, return_inverse=True)
    rng = np.random.default_rng(seed)
    whole = bool((labels == labels[first][index]).all())
    order = np.argsort(index, kind="stable")
    for _ in range(permutations):
        if whole:
            yield rng.permutation(labels[first])[index]
            continue
        moved = np.empty_like(labels)
        moved[order] = labels[np.lexsort((rng.random(index.size), index))]
        yield moved


def finite_array(name: str, array: np.ndarray, axes: str) -> np.ndarray:
    """Return the array in double precision.

    Raises:
        AnalysisError: it has other axes, is empty, or holds a number that is not finite.
    """
    array = np.asarray(array, dtype=float)
    if array.ndim != len(axes.split()) or array.size == 0:
        raise AnalysisError(f"{name}: expected [{axes}], got the shape {array.shape}")
    if bad := int((~np.isfinite(array)).sum()):
        raise AnalysisError(f"{name}: {bad} of {array.size} numbers are not finite")
    return array


def same_length(trials: int, **columns: Labels) -> list[np.ndarray]:
    """Return the columns as arrays.

    Raises:
        AnalysisError: one of them does not have one entry per trial, or an entry is missing.
    """
    arrays = {name: known(name, column) for name, column in columns.items()}
    for name, column in arrays.items():
        if len(column) != trials:
            raise AnalysisError(f"{name}: expected one per trial ({trials}), got {len(column)}")
    return list(arrays.values())


def known(name: str, column: Labels) -> np.ndarray:
    """Return the column as an array.

    Raises:
        AnalysisError: an entry is None or NaN, which would pass for a class of its own.
    """
    # As objects first: NumPy makes the word "nan" of a NaN among words.
    entries = np.asarray(column, dtype=None if isinstance(column, np.ndarray) else object)
    if bad := int(_missing(entries).sum()):
        raise AnalysisError(
            f"{name}: {bad} of {entries.size} are missing (None or NaN); leave out what they belong to"
        )
    return np.asarray(column)


def _missing(entries: np.ndarray) -> np.ndarray:
    if entries.dtype.kind == "O":
        return np.array([each is None or (isinstance(each, float) and each != each) for each in entries.flat])
    if entries.dtype.kind in "mM":
        return np.isnat(entries)
    return np.isnan(entries) if entries.dtype.kind in "fc" else np.zeros(entries.shape, dtype=bool)
