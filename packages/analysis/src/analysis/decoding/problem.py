"""What is to be decoded: features, labels in one or more columns, and groups, checked once."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.errors import AnalysisError
from analysis.trials import known

LEFT_OUT = -1
"""The code of a trial that a column does not use."""


@dataclass(frozen=True)
class Problem:
    """Trials with features at several times, and label codes in columns: one per item, task or stimulus set.

    A code means the same class in every column. A column is decoded from the time it is `shown` on, for `max_age` times
    after it if that is said; `strata` is what folds should hold in equal shares, if anything.
    """

    features: Float[np.ndarray, "times trials features"]
    codes: Int[np.ndarray, "trials columns"]
    classes: tuple[Any, ...]
    columns: tuple[Hashable, ...]
    shown: tuple[int, ...]
    groups: Int[np.ndarray, " trials"]
    group_names: tuple[Any, ...]
    strata: Int[np.ndarray, " trials"] | None = None
    max_age: int | None = None

    @cached_property
    def times(self) -> list[range]:
        """The times at which each column is decoded."""
        end = len(self.features)
        ends = [end if self.max_age is None else min(end, start + self.max_age + 1) for start in self.shown]
        return [range(*span) for span in zip(self.shown, ends, strict=True)]

    @cached_property
    def lines(self) -> list[np.ndarray]:
        """Where the views of each column, one per time, stand among all views."""
        ends = np.cumsum([0, *map(len, self.times)])
        return [np.arange(start, end) for start, end in pairwise(ends)]

    @cached_property
    def middle(self) -> Float[np.ndarray, " features"]:
        """Mean of each feature over trials and times."""
        return self.features.mean((0, 1))

    @cached_property
    def single(self) -> Float[np.ndarray, "times trials features"]:
        """The features about their middle, in single precision."""
        return (self.features - self.middle).astype(np.float32)

    def span(self, column: int) -> slice:
        """Times at which a column is decoded, as a slice."""
        return slice(self.times[column].start, self.times[column].stop)

    def rows(self, column: int) -> Bool[np.ndarray, " trials"]:
        """Which trials a column uses."""
        return self.codes[:, column] != LEFT_OUT

    def only(self, column: int) -> "Problem":
        """The problem of one column by itself."""
        codes, names = self.codes[:, [column]], (self.columns[column],)
        return replace(self, codes=codes, columns=names, shown=(self.shown[column],))


def problem(
    features: np.ndarray,
    labels: np.ndarray,
    keep: np.ndarray,
    groups: Sequence | np.ndarray,
    *,
    columns: Sequence[Hashable],
    shown: Sequence[int],
    stratified: bool,
    max_age: int | None = None,
) -> Problem:
    """Check and encode: `features` [trials, times, features], `labels` and `keep` [trials, columns].

    Raises:
        AnalysisError: shapes do not fit, a number is not finite, a label is missing, or a column has
            fewer than two classes.
    """
    by_time = _features(features)
    trials = by_time.shape[1]
    labels, keep, groups = np.asarray(labels), np.asarray(keep, dtype=bool), known("groups", groups)
    for name, array, shape in (
        ("labels", labels, (trials, len(columns))),
        ("keep", keep, (trials, len(columns))),
        ("groups", groups, (trials,)),
    ):
        if array.shape != shape:
            raise AnalysisError(f"{name}: expected the shape {shape}, one entry per trial, got {array.shape}")
    known("labels", labels[keep])
    codes, classes = _codes(labels, keep, columns)
    for column, start in zip(columns, shown, strict=True):
        if not 0 <= start < len(by_time):
            raise AnalysisError(f"{column}: shown at the time {start}, expected 0 to {len(by_time) - 1}")
    if max_age is not None and max_age < 0:
        raise AnalysisError(f"max_age: expected 0 or more times after an item is shown, got {max_age}")
    names, index = np.unique(groups, return_inverse=True)
    strata = np.unique(codes, axis=0, return_inverse=True)[1].reshape(-1) if stratified else None
    return Problem(
        by_time, codes, classes, tuple(columns), tuple(shown), index, tuple(names.tolist()), strata, max_age
    )


def _features(features: np.ndarray) -> np.ndarray:
    array = np.asarray(features, dtype=float)
    if array.ndim != 3 or not array.size:
        raise AnalysisError(f"features: expected [trials, times, features], got the shape {array.shape}")
    if not (finite := np.isfinite(array)).all():
        times = np.flatnonzero(~finite.all((0, 2))).tolist()
        raise AnalysisError(
            f"features: {(~finite).sum()} of {array.size} numbers are not finite, at the times {times}"
        )
    return np.ascontiguousarray(array.transpose(1, 0, 2))


def _codes(
    labels: np.ndarray, keep: np.ndarray, columns: Sequence[Hashable]
) -> tuple[np.ndarray, tuple[Any, ...]]:
    classes, index = np.unique(labels[keep], return_inverse=True)
    codes = np.full(labels.shape, LEFT_OUT)
    codes[keep] = index
    for column, name in zip(codes.T, columns, strict=True):
        if (found := np.unique(column[column != LEFT_OUT]).size) < 2:
            raise AnalysisError(f"{name}: expected at least two classes, got {found}; nothing to decode")
        if missing := sorted(set(range(classes.size)) - set(column.tolist())):
            words = ", ".join(str(classes[code]) for code in missing)
            raise AnalysisError(f"{name}: no trial of the class {words}, which other columns have")
    return codes, tuple(classes.tolist())
