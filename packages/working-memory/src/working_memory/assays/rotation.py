"""Whether one rotation carries the code of the object being shown onto that of the object remembered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int, Shaped

from analysis import (
    Alignment,
    Estimate,
    Findings,
    Measure,
    Run,
    disparity,
    reconstruct,
)
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

CELLS = ("property", "age")
DISPARITY = Measure("procrustes_disparity", chance=1.0, higher_is_better=None, cells=CELLS)
UNSCALED = replace(DISPARITY, name="unscaled_disparity")
FLOOR = replace(DISPARITY, name="noise_floor", chance=None)
RECONSTRUCTED = Measure("reconstruction_accuracy", higher_is_better=None, bounds=(0.0, 1.0), cells=CELLS)
FITTED = replace(RECONSTRUCTED, name="fitted_accuracy")
DIRECT = replace(RECONSTRUCTED, name="direct_accuracy")
KEPT = Measure("reconstruction_kept", chance=0.0, higher_is_better=None, cells=CELLS)


@dataclass(frozen=True)
class Recollections:
    """Pairs of states, as an object is shown and as it is older, with what it was."""

    shown: Float[np.ndarray, "pairs units"]
    remembered: Float[np.ndarray, "pairs units"]
    labels: Shaped[np.ndarray, " pairs"]
    conditions: Int[np.ndarray, " pairs"]
    groups: Int[np.ndarray, " pairs"]
    told: str


@dataclass(frozen=True)
class RotationOfMemory(AssayOfLayers):
    """Procrustes from the states in which objects are shown to those in which they are `age` objects old.

    It is asked of the tasks that hold the property so long. Conditions are as fine as leaves each in at least `least`
    sequences; objects are left out until later ones repeat the property as often as by chance.
    """

    ages: tuple[int, ...] = (1, 2, 3)
    permutations: int = 200
    folds: int = 5
    least: int = 10
    seed: int = 0
    splits: tuple[str, ...] = KNOWN_OBJECTS

    name = "rotation"
    question = "Does one rotation carry what is shown onto what is remembered?"
    measures = (DISPARITY, UNSCALED, FLOOR, RECONSTRUCTED, FITTED, DIRECT, KEPT)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> "Iterator[Drawing]":
        """Disparity and reconstruction by property and age."""
        from working_memory.assays.geometry_drawings import rotations  # matplotlib is slow to import

        yield from rotations(found, DISPARITY, RECONSTRUCTED)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every property at every age; intervals are over conditions for disparities, over sequences otherwise."""
        sequences, figures, notes = sequences_of(run, self.splits, ("rnn",)), [], []
        for name, age in product(PROPERTIES, self.ages):
            make = cache(partial(recollections, sequences, name, age, least=self.least, seed=self.seed))
            cell = {"property": name, "age": age}
            figures += in_cell(self.measures[:3], cell, partial(self.disparities, make, notes))
            figures += in_cell(self.measures[3:], cell, partial(self.accuracies, make))
        return Findings(tuple(figures), notes=tuple(notes))

    @property
    def alignment(self) -> Alignment:
        """How rotations are fitted and tested."""
        return Alignment(permutations=self.permutations, folds=self.folds, seed=self.seed)

    def disparities(self, make: Callable[[], Recollections], notes: list[str]) -> tuple[Estimate, ...]:
        """With scale, without, and what noise costs; a note tells what they are made of."""
        found = make()
        told = found.shown, found.remembered, found.conditions, found.groups
        scaled, unscaled = (
            disparity(*told, each) for each in (self.alignment, replace(self.alignment, scaled=False))
        )
        notes.append(
            f"{found.told} in {scaled.components} components, {scaled.kept_variance:.0%} of variance"
        )
        return scaled.disparity, unscaled.disparity, scaled.noise_floor

    def accuracies(self, make: Callable[[], Recollections]) -> tuple[Estimate, ...]:
        """Of decoders carried on, fitted anew and left as they are, and the share that is kept."""
        found = make()
        states = found.shown, found.remembered
        read = reconstruct(*states, found.labels, found.conditions, found.groups, self.alignment)
        return read.reconstructed, read.fitted, read.direct, read.kept


def recollections(sequences: Sequences, name: str, age: int, *, least: int, seed: int = 0) -> Recollections:
    """The pairs of the tasks that hold a property so long.

    Raises:
        AnalysisError: no task does, or a condition is in too few sequences.
    """
    chosen = held(sequences, name, age)
    places = chosen.objects - age
    kept = balanced(repeats(chosen, name, age)[:, :places].reshape(len(chosen.asked) * places, -1), seed=seed)
    at = tuple(index.ravel()[kept] for index in np.indices((len(chosen.asked), places)))
    fine = finest(chosen, lambda found: fewest_sequences(found[at], at[0]), least)[at]
    told = f"{name}, age {age}: {kept.sum()} of {kept.size} objects, {np.unique(fine).size} conditions"
    states, labels = chosen.states["rnn"], chosen.labels(name)[at]
    return Recollections(states[at], states[at[0], at[1] + age], labels, fine, at[0], told)


def fewest_sequences(conditions: Int[np.ndarray, " pairs"], groups: Int[np.ndarray, " pairs"]) -> int:
    """In how many sequences the rarest condition is."""
    once = np.unique(np.stack([conditions, groups]), axis=1)[0]
    return int(np.unique(once, return_counts=True)[1].min())
