"""Whether the rotation of a memory belongs to the object or to its age."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Shaped

from analysis import Alignment, AnalysisError, Estimate, Findings, Items, Measure, Run, swap_test
from working_memory.assays.cells import in_cell
from working_memory.assays.layers import (
    KNOWN_OBJECTS,
    PROPERTIES,
    AssayOfLayers,
    Sequences,
    sequences_of,
)
from working_memory.assays.memories import balanced, finest, held, repeats

if TYPE_CHECKING:
    from analysis.drawings.drawing import Drawing

CORRECT = Measure("swap_correct", higher_is_better=None, bounds=(0.0, 1.0), cells=("property",))
SAME_AGE = replace(CORRECT, name="swap_same_age")
SAME_ITEM = replace(CORRECT, name="swap_same_item")
ADVANTAGE = Measure(
    "swap_advantage", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0), cells=("property",)
)


@dataclass(frozen=True)
class Swap(AssayOfLayers):
    """Decoders carried on by their own rotation, by another object's at the same age, by the same object's later on.

    Eq. 3 and Eq. 2 of Lei, Ito & Bashivan (2024), in the tasks that hold the property for `age` objects. Sequences
    are left out until later objects repeat the property as often as by chance, at every place: in a match the current
    object's code passes for that of the remembered one, and more so in the rotation of Eq. 2.
    """

    age: int = 2
    permutations: int = 1000
    folds: int = 5
    least: int = 5
    seed: int = 0
    splits: tuple[str, ...] = KNOWN_OBJECTS

    name = "swap"
    question = "Does the rotation of a memory belong to its age or to the object?"
    measures = (CORRECT, SAME_AGE, SAME_ITEM, ADVANTAGE)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> "Iterator[Drawing]":
        """Accuracy with exchanged rotations."""
        from working_memory.assays.geometry_drawings import swaps  # matplotlib is slow to import

        yield from swaps(found, SAME_AGE, SAME_ITEM)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every property; intervals are over sequences, and the null of the advantage flips their signs."""
        sequences, figures, notes = sequences_of(run, self.splits, ("rnn",)), [], []
        for name in PROPERTIES:
            make = partial(self.exchanged, sequences, name, notes)
            figures += in_cell(self.measures, {"property": name}, make)
        return Findings(tuple(figures), notes=tuple(notes))

    def exchanged(self, sequences: Sequences, name: str, notes: list[str]) -> tuple[Estimate, ...]:
        """The figures of one property; notes tell the verdict and what it is made of."""
        chosen = held(sequences, name, self.age)
        kept = balanced(repeats(chosen, name, self.age).reshape(len(chosen.asked), -1), seed=self.seed)
        used = chosen.chosen(kept)
        fine = finest(used, rarest, self.least)
        if (fewest := rarest(used.labels(name))) < self.least:
            raise AnalysisError(
                f"expected every {name} in at least {self.least} sequences at every place, got {fewest}; "
                "evaluate more sequences"
            )
        alignment = Alignment(permutations=self.permutations, folds=self.folds, seed=self.seed)
        items = Items(used.labels(name), fine)
        groups = np.arange(len(used.asked))
        found = swap_test(used.states["rnn"], items, groups, max_age=self.age, alignment=alignment)
        told = f"{kept.sum()} of {kept.size} sequences, {np.unique(fine).size} conditions"
        notes.append(f"{name}: {found.verdict}; {told}")
        return found.correct, found.same_age, found.same_item, found.contrast


def rarest(values: Shaped[np.ndarray, "sequences objects"]) -> int:
    """How often the rarest value is shown at the place where it is shown least."""
    names, codes = np.unique(values, return_inverse=True)
    return min(int(np.bincount(place, minlength=names.size).min()) for place in codes.reshape(values.shape).T)
