"""Sequences whose task has an object remembered, and what later objects give away of it."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis import AnalysisError
from working_memory.assays.layers import Sequences

PARTS = (6, 4, 3, 2, 1)
"""Into how many parts the identities are dealt."""

BRINGS_ALONG = {"identity": "category"}
"""A property that tells another one."""


def held(sequences: Sequences, name: str, age: int) -> Sequences:
    """The sequences whose task needs a property of each object until it is so many objects old.

    Raises:
        AnalysisError: there are none, or they are too short.
    """
    n = sequences.labels("n")[:, 0].astype(int)
    chosen = (sequences.asked == name) & (n >= age)
    if not chosen.any() or age >= sequences.objects:
        raise AnalysisError(f"no task holds {name} for {age} of {sequences.objects} objects")
    return sequences.chosen(chosen)


def finest(
    sequences: Sequences, fewest: Callable[[Int[np.ndarray, "sequences objects"]], int], least: int
) -> Int[np.ndarray, "sequences objects"]:
    """The finest conditions of which even the rarest is often enough there, as `fewest` counts it.

    A rotation is fitted in a fifth as many dimensions as there are conditions: few leave out much of a code.

    Raises:
        AnalysisError: not even the coarsest are.
    """
    found = 0
    for parts in PARTS:
        fine = conditions(sequences, parts)
        found = fewest(fine)
        if found >= least:
            return fine
    raise AnalysisError(
        f"expected every condition in at least {least} sequences, got {found}; evaluate more sequences"
    )


def conditions(sequences: Sequences, parts: int) -> Int[np.ndarray, "sequences objects"]:
    """Location × category × identity, the identities dealt into so many parts."""
    location, category, identity = (
        np.unique(sequences.labels(name), return_inverse=True)[1].reshape(-1, sequences.objects)
        for name in ("location", "category", "identity")
    )
    return (location * (category.max() + 1) + category) * parts + identity % parts


def repeats(sequences: Sequences, name: str, ages: int) -> Float[np.ndarray, "sequences objects lags"]:
    """Where an object some places later has the same value, less how often that would be by chance.

    Lags are 1 to `ages`, for the property itself and for one that it brings along; beyond the last object there
    is nothing to repeat, and 0.
    """
    names = [each for each in (name, BRINGS_ALONG.get(name)) if each]
    found = np.zeros((len(sequences.asked), sequences.objects, len(names) * ages))
    for first, each in zip(range(0, found.shape[-1], ages), names, strict=True):
        shown = sequences.labels(each)
        _, counts = np.unique(shown, return_counts=True)
        for lag in range(1, ages + 1):
            same = shown[:, lag:] == shown[:, :-lag]
            found[:, :-lag, first + lag - 1] = same - float(((counts / shown.size) ** 2).sum())
    return found


def balanced(excess: Float[np.ndarray, "units lags"], *, seed: int = 0) -> Bool[np.ndarray, " units"]:
    """Which units to keep for values to be repeated as often as by chance, as nearly as leaving units out can do.

    Where a later object repeats a value, its own code passes for a memory; where it never does, the absence of
    its code gives the value away as well. Units are left out one by one, whichever lowers Σ_lag (Σ excess)² most.

    Raises:
        AnalysisError: none is left.
    """
    patterns, index, left = np.unique(excess, axis=0, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(excess))
    queues = [order[index.ravel()[order] == code].tolist() for code in range(len(patterns))]
    kept, total = np.ones(len(excess), dtype=bool), excess.sum(0)
    while kept.any():
        after = np.where(left > 0, ((total - patterns) ** 2).sum(1), np.inf)
        best = int(after.argmin())
        if not after[best] < (total**2).sum():
            return kept
        kept[queues[best].pop()] = False
        left[best] -= 1
        total = total - patterns[best]
    raise AnalysisError(f"later objects give all {len(excess)} away; evaluate more sequences")
