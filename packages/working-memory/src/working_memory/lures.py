"""Lures: non-matches that resemble a match, and how a frame relates to the frames before it."""

from enum import IntEnum

import numpy as np
from jaxtyping import Bool, Int

from working_memory.tasks import FEATURES

ABSENT = -1
LOCATION, IDENTITY, CATEGORY = (FEATURES.index(feature) for feature in ("location", "identity", "category"))


class Lure(IntEnum):
    """How a non-match resembles a match."""

    NONE = 0
    RELATED = 1
    """Identity task: another identity of the same category; location task: the same object elsewhere."""
    ONE_LATER = 2
    """Equals the object n − 1 places back."""
    ONE_EARLIER = 3
    """Equals the object n + 1 places back."""


def past(
    values: Int[np.ndarray, "sequences frames"], frame: int, back: Int[np.ndarray, "sequences"]
) -> Int[np.ndarray, "sequences"]:
    """What was shown `back` places before `frame`; ABSENT where there is no earlier object."""
    place = frame - back
    there = (back > 0) & (place >= 0)
    return np.where(there, values[np.arange(len(values)), np.maximum(place, 0)], ABSENT)


def feasible_lures(
    values: Int[np.ndarray, "sequences frames"],
    frame: int,
    n: Int[np.ndarray, "sequences"],
    related: Bool[np.ndarray, "sequences"],
) -> Bool[np.ndarray, "sequences lures"]:
    """Which lures a non-match at `frame` can be, in the order of `Lure`; `related` says it for RELATED."""
    target = past(values, frame, n)
    neighbours = [past(values, frame, n + step) for step in (-1, 1)]
    return np.stack([related, *((near != ABSENT) & (near != target) for near in neighbours)], axis=1)


def lure_kinds(
    values: Int[np.ndarray, "sequences frames"],
    relatives: Int[np.ndarray, "sequences frames"],
    n: Int[np.ndarray, "sequences"],
) -> Int[np.ndarray, "sequences frames"]:
    """The lure that each non-match is, by what was shown; neighbours in time come before relatives.

    `relatives` holds what a RELATED lure shares with the object n back: its category in the identity task,
    its identity in the location task, ABSENT in the category task.
    """
    kinds = np.full(values.shape, Lure.NONE, dtype=np.int64)
    for frame in range(values.shape[1]):
        target, value = past(values, frame, n), values[:, frame]
        related = (relatives[:, frame] != ABSENT) & (relatives[:, frame] == past(relatives, frame, n))
        kind = np.select(
            [value == past(values, frame, n - 1), value == past(values, frame, n + 1), related],
            [Lure.ONE_LATER, Lure.ONE_EARLIER, Lure.RELATED],
            Lure.NONE,
        )
        kinds[:, frame] = np.where((target == ABSENT) | (value == target), Lure.NONE, kind)
    return kinds
