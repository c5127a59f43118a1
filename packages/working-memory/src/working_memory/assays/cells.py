"""Figures of one cell, or why there are none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Shaped

from analysis import AnalysisError, Estimate, Finding, Measure


def in_cell(
    measures: Sequence[Measure], cell: Mapping[str, Any], make: Callable[[], Sequence[Estimate]]
) -> Iterator[Finding]:
    """One figure per measure, its interval cut to the measure's bounds; where they cannot be made all say why."""
    try:
        found = make()
    except AnalysisError as error:
        found = [Estimate.not_estimable(" ".join(str(error).split()))] * len(measures)
    for measure, estimate in zip(measures, found, strict=True):
        yield Finding(measure.name, estimate.within(*measure.bounds), cell)


def several(labels: Shaped[np.ndarray, " frames"], least: int) -> int:
    """The number of classes.

    Raises:
        AnalysisError: fewer than two, or one with too few frames.
    """
    names, counts = np.unique(labels, return_counts=True)
    if names.size < 2 or counts.min() < least:
        raise AnalysisError(
            f"expected at least 2 classes of {least} frames each, got {names.size} of {counts.min()} or more; "
            "evaluate more sequences"
        )
    return names.size
