"""The questions put to a code: what is there now, does it last, and does it generalise."""

from collections.abc import Hashable, Sequence

import numpy as np
from jaxtyping import Bool, Num

from analysis.decoding.cross_validation import CrossValidation
from analysis.decoding.problem import Problem, problem
from analysis.decoding.result import Decoding
from analysis.errors import AnalysisError
from analysis.trials import Labels, known

DEFAULT = CrossValidation()


def decode(
    features: Num[np.ndarray, "trials times features"],
    labels: Labels,
    groups: Labels,
    how: CrossValidation = DEFAULT,
) -> Decoding:
    """Decode one label per trial at each time by itself.

    No group stands on both sides of a fold. Scores are balanced accuracies.

    Raises:
        AnalysisError: shapes do not fit, a number is not finite, a label is missing, a group is split,
            or a class is too rare.
    """
    return how.decode(_one_column(features, labels, groups), [(0,)], across_times=False)


def decode_across_time(
    features: Num[np.ndarray, "trials times features"],
    labels: Labels,
    groups: Labels,
    how: CrossValidation = DEFAULT,
) -> Decoding:
    """Train at each time and test at every time: the time-generalisation matrix (King & Dehaene 2014).

    The label is the same at all times. For items that are shown one after the other, and remembered, use
    `decode_items`.

    Raises:
        AnalysisError: as `decode`.
    """
    return how.decode(_one_column(features, labels, groups), [(0,)], across_times=True)


def decode_items(
    features: Num[np.ndarray, "trials times features"],
    items: Labels,
    groups: Labels,
    how: CrossValidation = DEFAULT,
    *,
    shown: Sequence[int] | None = None,
    keep: Bool[np.ndarray, "trials items"] | None = None,
    max_age: int | None = None,
) -> Decoding:
    """Decode the property of the item shown at s from the states at all t ≥ s, and across items and ages.

    `items` [trials, items] holds the property of each item, `shown` the time of each (0, 1, 2 … if not said). The
    views are (item, time); `View.age` is t − s. A code of slots generalises from age to age of one item; a code that
    all items share generalises between items at equal age; views older than `max_age` are not made. Where the present
    item tells of a remembered one, as a match does, leave such trials out by `keep`.

    Raises:
        AnalysisError: as `decode`, or an item is shown at no time of the features.
    """
    items = known("items", items) if keep is None else np.asarray(items)
    if items.ndim != 2:
        raise AnalysisError(f"items: expected [trials, items], got the shape {items.shape}")
    count = items.shape[1]
    asked = problem(
        features,
        items,
        np.ones(items.shape, dtype=bool) if keep is None else keep,
        groups,
        columns=range(count),
        shown=range(count) if shown is None else shown,
        stratified=False,
        max_age=max_age,
    )
    return how.decode(asked, [tuple(range(count))] * count, across_times=True)


def decode_across_conditions(
    features: Num[np.ndarray, "trials times features"],
    labels: Labels,
    conditions: Labels,
    groups: Labels,
    how: CrossValidation = DEFAULT,
    *,
    trained: Sequence[Hashable] | None = None,
) -> Decoding:
    """Train on the trials of one condition and test on those of every condition, time by time.

    Conditions are tasks, for cross-task decoding, or sets of stimuli, such as viewpoints or identities, for
    cross-stimulus decoding. Only the decoders of the conditions `trained` are scored, if that is said. Folds hold
    across conditions too: no group is trained on in one and tested in another.

    Raises:
        AnalysisError: as `decode`, for any condition.
    """
    labels, conditions = known("labels", labels), known("conditions", conditions)
    if labels.shape != conditions.shape or labels.ndim != 1:
        raise AnalysisError(
            f"expected one label and one condition per trial, got {labels.shape} and {conditions.shape}"
        )
    names = np.unique(conditions)
    asked = problem(
        features,
        np.repeat(labels[:, None], names.size, axis=1),
        conditions[:, None] == names,
        groups,
        columns=names.tolist(),
        shown=[0] * names.size,
        stratified=True,
    )
    everywhere = tuple(range(names.size))
    tested = [everywhere if trained is None or name in trained else () for name in names.tolist()]
    return how.decode(asked, tested, across_times=False)


def _one_column(features: np.ndarray, labels: Labels, groups: Labels) -> Problem:
    labels = known("labels", labels)[:, None]
    keep = np.ones(labels.shape, dtype=bool)
    return problem(features, labels, keep, groups, columns=["label"], shown=[0], stratified=True)
