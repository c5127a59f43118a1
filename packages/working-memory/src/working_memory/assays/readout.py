"""What can be decoded of the objects of sequences whose task asks for a property, and of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Shaped

from analysis import AnalysisError, CrossValidation, Decoding, Estimate, decode_items
from analysis.decoding.result import Where, mean_of
from working_memory.assays.layers import Sequences

RELEVANCE = ("relevant", "irrelevant")
TESTED = CrossValidation()
"""Five folds, 1000 shuffled labelings."""
BY_CHANCE = ("identity",)
"""Properties that are held against their known chance level alone: to fit decoders of so many classes anew to
a thousand shuffled labelings takes several times as long as everything else together."""


def null_for(feature: str, by_chance: tuple[str, ...], how: CrossValidation) -> CrossValidation:
    """How a property is decoded: with shuffled labels, or by its chance level alone."""
    return replace(how, permutations=0) if feature in by_chance else how


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
    """One decoding, or the mean over the values of what the property is told within."""
    labels = sequences.labels(feature)
    outer = sequences.labels(WITHIN[feature]) if feature in WITHIN else np.zeros_like(labels)
    keep = independent_of_later(labels, outer, max_age, how.seed)
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
        parts = [keep & (outer == value) for value in np.unique(outer[keep])]
        states, trials = sequences.states[layer], np.arange(len(labels))
        found = [decode_items(states, labels, trials, how, keep=part, max_age=max_age) for part in parts]
        return Readout(
            mean_of(found), note="" if len(common) == len(known) else f"{told}; the others are left out"
        )
    except AnalysisError as error:
        return Readout(None, str(error))


WITHIN = {"identity": "category"}
"""A property that is told within each value of another one: a category must not pass for an identity."""


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
    labels: Shaped[np.ndarray, "sequences objects"],
    outer: Shaped[np.ndarray, "sequences objects"],
    lags: int,
    seed: int,
) -> Bool[np.ndarray, "sequences objects"]:
    """Which objects to keep so that the objects up to `lags` places later say nothing of their property.

    In matching sequences the property comes back more often than by chance, and a state that holds nothing but the
    present object would seem to remember. Non-matches alone would mislead as well: then the present object tells what
    the remembered one was not. So matches or non-matches are left out at random until, among later objects of the same
    `outer` value, the property comes back once in as many objects as it has classes there, at every lag.
    """
    rng = np.random.default_rng(seed)
    keep = np.ones(labels.shape, dtype=bool)
    classes = len(np.unique(labels)) / len(np.unique(outer))
    if classes < 2:
        return keep
    for place in range(labels.shape[1]):
        for _ in range(ROUNDS):
            for later in range(place + 1, min(place + lags + 1, labels.shape[1])):
                returns = labels[:, later] == labels[:, place]
                differs = ~returns & (outer[:, later] == outer[:, place])
                keep[:, place] = _balanced(keep[:, place], returns, differs, classes, rng)
    return keep


ROUNDS = 3
"""Balancing one lag moves the others a little."""


def _balanced(
    keep: Bool[np.ndarray, " sequences"],
    returns: Bool[np.ndarray, " sequences"],
    differs: Bool[np.ndarray, " sequences"],
    classes: float,
    rng: np.random.Generator,
) -> Bool[np.ndarray, " sequences"]:
    matches, others = np.flatnonzero(keep & returns), np.flatnonzero(keep & differs)
    wanted = min(len(matches), round(len(others) / (classes - 1)))
    wanted_others = (
        min(len(others), round(len(matches) * (classes - 1))) if wanted == len(matches) else len(others)
    )
    chosen = keep & ~returns & ~differs
    chosen[rng.permutation(matches)[:wanted]] = True
    chosen[rng.permutation(others)[:wanted_others]] = True
    return chosen


def together(readouts: Mapping[str, Readout]) -> Decoding | None:
    """The mean of the decodings of the same classes, relevant or not; where the classes differ, that of most."""
    found = [each.decoding for each in readouts.values() if each.decoding is not None]
    if not found:
        return None
    most = max(found, key=lambda each: len(each.classes))
    return mean_of([each for each in found if each.classes == most.classes])
