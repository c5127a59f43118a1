"""What can be decoded of the objects of sequences whose task asks for a property, and of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Shaped

from analysis import AnalysisError, CrossValidation, Decoding, Estimate, decode_items
from analysis.decoding.result import Where
from working_memory.assays.layers import Sequences

RELEVANCE = ("relevant", "irrelevant")
TESTED = CrossValidation()
"""Five folds, 1000 shuffled labelings."""


@dataclass(frozen=True)
class Readout:
    """A decoding, or why there is none, and what a reader should know of its classes."""

    decoding: Decoding | None
    why: str = ""
    note: str = ""

    def over(self, where: Where, name: str) -> Estimate:
        """The average over pairs of views, or why it is not estimable."""
        if self.decoding is None:
            return Estimate.not_estimable(self.why)
        try:
            return self.decoding.over(where, name)
        except AnalysisError as error:
            return Estimate.not_estimable(str(error), chance=self.decoding.chance)


def by_relevance(
    sequences: Sequences,
    layer: str,
    feature: str,
    how: CrossValidation,
    *,
    max_age: int,
) -> dict[str, Readout]:
    """Decode a property of every object from a layer, where the task asks for it and where it asks for another."""
    asked = sequences.asked == feature
    parts = dict(zip(RELEVANCE, (asked, ~asked), strict=True))
    return {
        name: _read(sequences.chosen(these), layer, feature, how, max_age)
        if these.any()
        else Readout(None, f"{feature} is {name} in no sequence")
        for name, these in parts.items()
    }


def _read(sequences: Sequences, layer: str, feature: str, how: CrossValidation, max_age: int) -> Readout:
    labels, states = sequences.labels(feature), sequences.states[layer]
    keep = independent_of_later(labels, max_age, how.seed)
    fewest = how.folds if isinstance(how.folds, int) else len(np.unique(how.folds))
    common, known = common_classes(labels, keep, fewest), np.unique(labels)
    told = (
        f"{len(common)} of {len(known)} classes of {feature} are in {fewest} or more of {len(labels)} sequences "
        "at every place"
    )
    if 2 * len(common) < len(known) or len(common) < 2:
        return Readout(None, f"only {told}")
    keep &= np.isin(labels, common)
    try:
        found = decode_items(states, labels, np.arange(len(labels)), how, keep=keep, max_age=max_age)
    except AnalysisError as error:
        return Readout(None, str(error))
    return Readout(found, note="" if len(common) == len(known) else f"{told}; the others are left out")


def common_classes(
    labels: Shaped[np.ndarray, "sequences objects"], keep: Bool[np.ndarray, "sequences objects"], fewest: int
) -> Shaped[np.ndarray, " classes"]:
    """Classes that are kept in so many sequences at every place."""
    classes, codes = np.unique(labels, return_inverse=True)
    codes = codes.reshape(labels.shape)
    counts = [
        np.bincount(column[kept], minlength=len(classes))
        for column, kept in zip(codes.T, keep.T, strict=True)
    ]
    return classes[(np.stack(counts) >= fewest).all(0)]


def independent_of_later(
    labels: Shaped[np.ndarray, "sequences objects"], lags: int, seed: int
) -> Bool[np.ndarray, "sequences objects"]:
    """Which objects to keep so that the objects up to `lags` places later say nothing of their property.

    In matching sequences the property comes back more often than by chance, and a state that holds nothing but the
    present object would seem to remember. Non-matches alone would mislead as well: then the present object tells what
    the remembered one was not. So matches or non-matches are left out at random until the property comes back
    once in as many objects as there are classes, at every lag.
    """
    rng, classes = np.random.default_rng(seed), len(np.unique(labels))
    keep = np.ones(labels.shape, dtype=bool)
    if classes < 2:
        return keep
    for place in range(labels.shape[1]):
        for _ in range(ROUNDS):
            for later in range(place + 1, min(place + lags + 1, labels.shape[1])):
                returns = labels[:, later] == labels[:, place]
                keep[:, place] = _balanced(keep[:, place], returns, classes, rng)
    return keep


ROUNDS = 3
"""Balancing one lag moves the others a little."""


def _balanced(
    keep: Bool[np.ndarray, " sequences"],
    returns: Bool[np.ndarray, " sequences"],
    classes: int,
    rng: np.random.Generator,
) -> Bool[np.ndarray, " sequences"]:
    matches, others = np.flatnonzero(keep & returns), np.flatnonzero(keep & ~returns)
    wanted = min(len(matches), round(len(others) / (classes - 1)))
    wanted_others = min(len(others), len(matches) * (classes - 1)) if wanted == len(matches) else len(others)
    chosen = np.zeros_like(keep)
    chosen[rng.permutation(matches)[:wanted]] = True
    chosen[rng.permutation(others)[:wanted_others]] = True
    return chosen


def together(readouts: Mapping[str, Readout]) -> Decoding | None:
    """The mean of the decodings of the same classes, relevant or not; where the classes differ, that of most."""
    found = [each.decoding for each in readouts.values() if each.decoding is not None]
    if not found:
        return None
    most = max(found, key=lambda each: len(each.classes))
    alike = [each for each in found if each.classes == most.classes]
    return replace(
        most,
        fold_scores=np.mean([each.fold_scores for each in alike], axis=0),
        null=np.mean([each.null for each in alike], axis=0),
    )
