"""What of the object that is shown can be read from a layer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis import CrossValidation, Decoding, Drawing, Finding, Findings, Measure, Run, max_statistic
from working_memory.assays.layers import KNOWN_OBJECTS, LAYERS, PROPERTIES, AssayOfLayers, sequences_of
from working_memory.assays.readout import (
    BY_CHANCE,
    RELEVANCE,
    TESTED,
    Readout,
    by_relevance,
    null_for,
    together,
)
from working_memory.assays.readout_drawings import matrices, rows

DECODING = Measure(
    "decoding_accuracy",
    higher_is_better=None,
    bounds=(0.0, 1.0),
    cells=("layer", "property", "relevance"),
    apart=("layer", "relevance"),
)


@dataclass(frozen=True)
class Decodability(AssayOfLayers):
    """Balanced accuracy of linear decoders of the shown object, at each place of the sequence and across places.

    Sequences stand on one side of a fold only. All splits of known objects are read together: identities are many, and
    the test splits alone show each of them too rarely at a place to be decoded where they are relevant.
    """

    how: CrossValidation = TESTED
    properties: tuple[str, ...] = PROPERTIES
    by_chance: tuple[str, ...] = BY_CHANCE
    splits: tuple[str, ...] = KNOWN_OBJECTS

    name = "decoding"
    question = "What of the object that is shown can be read from each layer, asked for or not?"
    layers = tuple(LAYERS)
    measures = (DECODING,)
    version = 2

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Accuracies of every arm, and where along the sequence a decoder carries over."""
        cells = {
            f"{layer}, {feature}, {relevance}": (
                DECODING.name,
                {"layer": layer, "property": feature, "relevance": relevance},
            )
            for layer, feature, relevance in product(LAYERS, self.properties, RELEVANCE)
        }
        yield from rows(
            found, "decoding", cells, "Balanced accuracy for the shown object, at the place of training"
        )
        titles = {
            f"time_generalisation/{layer}/{feature}": f"{layer}, {feature}"
            for layer, feature in product(LAYERS, self.properties)
        }
        caption = "decoders of the object shown at one place, tested on the object of every other"
        yield from matrices(found, "time_generalisation", titles, caption)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Trained and tested at the same place for the figures, at every two places for the arrays."""
        sequences = sequences_of(run, self.splits)
        figures, arrays, notes = [], {}, []
        for layer, feature in product(LAYERS, self.properties):
            how = null_for(feature, self.by_chance, self.how)
            found = by_relevance(sequences, layer, feature, how, max_age=0)
            figures += accuracies(found, layer, feature)
            arrays |= time_generalisation(found, f"time_generalisation/{layer}/{feature}")
            notes += told(found)
        return Findings(tuple(figures), arrays, tuple(dict.fromkeys(notes)))


def accuracies(found: Mapping[str, Readout], layer: str, feature: str) -> Iterator[Finding]:
    """Within places, where the property is relevant and where not."""
    for relevance, readout in found.items():
        estimate = readout.over(lambda train, test: train == test, "within one place")
        cell = {"layer": layer, "property": feature, "relevance": relevance}
        yield Finding(DECODING.name, estimate, cell)


def time_generalisation(found: Mapping[str, Readout], name: str) -> dict[str, np.ndarray]:
    """Trained on the object of one place, tested on that of every other; p holds false alarms in the whole matrix."""
    mean = together(found)
    if mean is None:
        return {}
    return matrix(mean, name)


def matrix(mean: Decoding, name: str) -> dict[str, np.ndarray]:
    """Accuracies of every two views, their chance level, and p that holds false alarms in the whole matrix."""
    found = {name: mean.accuracy, f"{name}/chance": np.array(mean.chance)}
    return found | ({f"{name}/p": max_statistic(mean)} if len(mean.null) else {})


def told(found: Mapping[str, Readout]) -> list[str]:
    """Which classes were left out."""
    return [f"{relevance}: {each.note}" for relevance, each in found.items() if each.note]
