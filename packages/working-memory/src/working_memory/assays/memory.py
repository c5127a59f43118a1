"""What the recurrent state holds of objects shown before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis import CrossValidation, Decoding, Drawing, Finding, Findings, Measure, Run, View
from working_memory.assays.decoding import matrix, told
from working_memory.assays.layers import KNOWN_OBJECTS, PROPERTIES, AssayOfLayers, sequences_of
from working_memory.assays.readout import (
    BY_CHANCE,
    RELEVANCE,
    TESTED,
    Readout,
    by_relevance,
    null_for,
    together,
)
from working_memory.assays.readout_drawings import ages, matrices, rows

UNIT = (0.0, 1.0)
MEMORY = Measure(
    "memory_accuracy",
    higher_is_better=None,
    bounds=UNIT,
    cells=("property", "relevance", "age"),
    apart=("relevance", "age"),
)
SAME_AGE = Measure("same_age_accuracy", higher_is_better=None, bounds=UNIT, cells=("property",))
ACROSS_AGE = Measure("across_age_accuracy", higher_is_better=None, bounds=UNIT, cells=("property",))
LAYER = "rnn"


@dataclass(frozen=True)
class Memory(AssayOfLayers):
    """Item-age decoding: the label is the property of the object shown at s, the state that of a time t ≥ s.

    Ages count objects. Only objects of which those after them say nothing are kept, for a match shows again what
    is to be remembered. A code that all items share transfers between items of one age, a code of slots between the
    ages of one item (Lei, Ito & Bashivan 2024).
    """

    how: CrossValidation = TESTED
    properties: tuple[str, ...] = PROPERTIES
    by_chance: tuple[str, ...] = BY_CHANCE
    splits: tuple[str, ...] = KNOWN_OBJECTS
    max_age: int = 3

    name = "memory"
    question = "What does the recurrent state hold of objects shown before, and in which code?"
    measures = (MEMORY, SAME_AGE, ACROSS_AGE)
    version = 2

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Accuracy by age, transfer between items and ages, and the whole matrix."""
        yield from ages(found, MEMORY.name, self.properties, RELEVANCE)
        cells = {
            f"{feature}, {words}": (name, {"property": feature})
            for feature in self.properties
            for name, words in (
                (SAME_AGE.name, "other item of that age"),
                (ACROSS_AGE.name, "other age of that item"),
            )
        }
        yield from rows(found, "memory-transfer", cells, "Decoders of one item and age, tested on others")
        titles = {f"item_age/{feature}": feature for feature in self.properties}
        caption = (
            "decoders of one item at one time, tested on every other; items and times are counted from 1"
        )
        yield from matrices(found, "item_age", titles, caption)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every property, relevant or not; the matrices are means over both."""
        sequences = sequences_of(run, self.splits, (LAYER,))
        figures, arrays, notes = [], {}, []
        for feature in self.properties:
            how = null_for(feature, self.by_chance, self.how)
            found = by_relevance(sequences, LAYER, feature, how, max_age=self.max_age)
            figures += [*self._ages(found, feature), *transfers(found, feature)]
            arrays |= item_age(together(found), feature)
            notes += told(found)
        return Findings(tuple(figures), arrays, tuple(dict.fromkeys(notes)))

    def _ages(self, found: Mapping[str, Readout], feature: str) -> Iterator[Finding]:
        for relevance, readout in found.items():
            for age in range(self.max_age + 1):
                estimate = readout.over(
                    lambda train, test, age=age: train == test and train.age == age, f"of age {age}"
                )
                yield Finding(
                    MEMORY.name, estimate, {"property": feature, "relevance": relevance, "age": age}
                )


def transfers(found: Mapping[str, Readout], feature: str) -> Iterator[Finding]:
    """How well decoders carry over: to other remembered items of their age, and to other ages of their item."""
    readout = Readout(together(found), "; ".join(each.why for each in found.values()))
    for measure, where in ((SAME_AGE, same_age), (ACROSS_AGE, across_age)):
        yield Finding(measure.name, readout.over(where, measure.name), {"property": feature})


def same_age(train: View, test: View) -> bool:
    """Another item as old, no longer shown."""
    return train.column != test.column and train.age == test.age > 0


def across_age(train: View, test: View) -> bool:
    """The same item at another age."""
    return train.column == test.column and train.age != test.age


def item_age(mean: Decoding | None, feature: str) -> dict[str, np.ndarray]:
    """The matrix of every two views, and the views (s, t)."""
    if mean is None:
        return {}
    views = np.array([(view.column, view.time) for view in mean.views])
    return matrix(mean, f"item_age/{feature}") | {"item_age/views": views}
