"""Does a code carry over to tasks and to stimuli that its decoder was not trained on?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from jaxtyping import Shaped

from analysis import (
    AnalysisError,
    CrossValidation,
    Decoding,
    Drawing,
    Finding,
    Findings,
    Measure,
    Run,
    decode_across_conditions,
)
from analysis.decoding.result import mean_of
from analysis.trials import group_parts
from working_memory.assays.layers import (
    KNOWN_OBJECTS,
    PROPERTIES,
    AssayOfLayers,
    Sequences,
    sequences_of,
)
from working_memory.assays.readout import BY_CHANCE, TESTED, Readout, null_for
from working_memory.assays.readout_drawings import rows

UNIT = (0.0, 1.0)
CROSS_TASK = Measure("cross_task_accuracy", higher_is_better=None, bounds=UNIT, cells=("property",))
CROSS_STIMULUS = Measure(
    "cross_stimulus_accuracy", bounds=UNIT, cells=("property", "split"), apart=("split",)
)
LAYER, FAMILIAR = "rnn", "test/familiar"
NOVEL = ("test/novel_view", "test/novel_identity")


@dataclass(frozen=True)
class Generalisation(AssayOfLayers):
    """Decoders of the shown object, trained in one task or on familiar stimuli, tested in others and on novel ones.

    One decoder per place of the sequence, from the recurrent state. No sequence is trained on in any task
    and tested in another.
    """

    how: CrossValidation = TESTED
    properties: tuple[str, ...] = PROPERTIES
    by_chance: tuple[str, ...] = BY_CHANCE

    name = "generalisation"
    question = "Does the code of an object carry over to other tasks, to novel views and to novel identities?"
    measures = (CROSS_TASK, CROSS_STIMULUS)
    version = 2

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Accuracies of every arm beside their chance."""
        cells = {
            f"{feature}, other tasks": (CROSS_TASK.name, {"property": feature}) for feature in self.properties
        }
        for feature, split in product(self.properties, NOVEL):
            title = f"{feature}, {split.removeprefix('test/')}"
            cells[title] = CROSS_STIMULUS.name, {"property": feature, "split": split}
        yield from rows(found, "generalisation", cells, "Decoders tested in other tasks and on novel stimuli")

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Means over places; across tasks also over pairs of tasks."""
        known = sequences_of(run, KNOWN_OBJECTS, (LAYER,))
        tested = sequences_of(run, (FAMILIAR, *NOVEL), (LAYER,))
        return Findings((*self._tasks(known), *self._stimuli(tested)))

    def _tasks(self, sequences: Sequences) -> Iterator[Finding]:
        for feature in self.properties:
            found = self.read(sequences, feature, sequences.asked)
            estimate = found.over(lambda train, test: train.column != test.column, "from one task to another")
            yield Finding(CROSS_TASK.name, estimate, {"property": feature})

    def _stimuli(self, sequences: Sequences) -> Iterator[Finding]:
        for feature in self.properties:
            for split in NOVEL:
                both = sequences.chosen(np.isin(sequences.splits, (FAMILIAR, split)))
                found = self.read(both, feature, both.splits, [FAMILIAR])
                estimate = found.over(
                    lambda train, test: train.column == FAMILIAR != test.column, f"from {FAMILIAR} to {split}"
                )
                yield Finding(CROSS_STIMULUS.name, estimate, {"property": feature, "split": split})

    def read(
        self,
        sequences: Sequences,
        feature: str,
        conditions: Shaped[np.ndarray, " sequences"],
        trained: Sequence[str] | None = None,
    ) -> Readout:
        """Decode a property place by place, from every condition, or those `trained`, to every condition."""
        labels, states = sequences.labels(feature), sequences.states[LAYER]
        if len(np.unique(conditions)) < 2:
            return Readout(
                None, f"all sequences are of {conditions[0]}, so there is nothing to carry over to"
            )
        try:
            how = replace(null_for(feature, self.by_chance, self.how), folds=self._folds(conditions))
            places = range(sequences.objects)
            found = [self._place(states[:, [at]], labels[:, at], conditions, how, trained) for at in places]
        except AnalysisError as error:
            return Readout(None, str(error))
        return Readout(mean_of(found))

    def _place(
        self,
        states: np.ndarray,
        labels: np.ndarray,
        conditions: np.ndarray,
        how: CrossValidation,
        trained: Sequence[str] | None,
    ) -> Decoding:
        groups = np.arange(len(labels))
        return decode_across_conditions(states, labels, conditions, groups, how, trained=trained)

    def _folds(self, conditions: np.ndarray) -> int | np.ndarray:
        """The same folds at every place, so that the places can be averaged fold by fold."""
        if not isinstance(self.how.folds, int):
            return np.asarray(self.how.folds)
        return group_parts(np.arange(len(conditions)), conditions, self.how.folds, seed=self.how.seed)
