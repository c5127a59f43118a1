"""How the properties of the object being shown lie in the states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from analysis import (
    AnalysisError,
    Directions,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    cka,
    crossnobis,
    orthogonalization,
    participation_ratio,
    property_angles,
    representational_similarity,
)
from analysis.trials import finite_array, group_parts
from working_memory.assays.cells import in_cell, several
from working_memory.assays.cosines import class_cosines
from working_memory.assays.layers import (
    KNOWN_OBJECTS,
    LAYERS,
    PROPERTIES,
    AssayOfLayers,
    Sequences,
    sequences_of,
)

if TYPE_CHECKING:
    from analysis.drawings.drawing import Drawing

PROPERTY: dict[str, Any] = {"higher_is_better": None, "cells": ("layer", "property"), "apart": ("layer",)}
PAIR: dict[str, Any] = {"higher_is_better": None, "cells": ("layer", "pair"), "apart": ("layer",)}
INDEX = Measure("orthogonalization_index", bounds=(0.0, 1.0), **PROPERTY)
NORMALISED = Measure("orthogonalization", chance=0.0, **PROPERTY)
COSINE = Measure("class_cosine", chance=0.0, bounds=(-1.0, 1.0), **PROPERTY)
CONTRAST = Measure("class_contrast", chance=0.0, bounds=(-2.0, 2.0), **PROPERTY)
ANGLE = Measure("principal_angle", bounds=(0.0, 90.0), **PAIR)
OVERLAP = Measure("subspace_overlap", bounds=(0.0, 1.0), **PAIR)
DIMENSIONS = Measure("participation_ratio", higher_is_better=None, cells=("layer",), apart=("layer",))
CKA = Measure("cka", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0))
RSA = Measure("representational_similarity", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0))


@dataclass(frozen=True)
class Frames:
    """Independent frames: states by layer, what was shown, and the sequence of each."""

    states: Mapping[str, Float[np.ndarray, "frames units"]]
    shown: Mapping[str, Shaped[np.ndarray, " frames"]]
    groups: Int[np.ndarray, " frames"]


@dataclass(frozen=True)
class Geometry(AssayOfLayers):
    """Directions of classes, subspaces of properties, and likeness of the two layers, for the object being shown.

    Each sequence gives one frame, its places in equal shares: rows are then independent, and shuffled labels hold
    nothing of the other objects that a state remembers. Layers are compared in as many principal components, and
    properties by as many classes. With much fewer components than 16 the directions of some class are cut off, with
    many more noise is as far apart as a simplex.
    """

    components: int = 16
    classes: int = 4
    permutations: int = 500
    pairings: int = 100
    least: int = 4
    seed: int = 0
    splits: tuple[str, ...] = KNOWN_OBJECTS

    name = "geometry"
    question = "How far apart does each layer keep the classes of a property, and the properties?"
    layers = tuple(LAYERS)
    measures = (INDEX, NORMALISED, COSINE, CONTRAST, ANGLE, OVERLAP, DIMENSIONS, CKA, RSA)
    version = 2

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> "Iterator[Drawing]":
        """Normalised orthogonalisation in both layers."""
        from working_memory.assays.geometry_drawings import orthogonalizations  # matplotlib is slow to import

        yield from orthogonalizations(found, NORMALISED)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every figure with its interval over sequences and its null."""
        frames = self.frames(sequences_of(run, self.splits))
        note = (
            f"one frame of each of {len(frames.groups)} sequences, in {self.components} principal components"
        )
        return Findings(tuple(self.figures(frames)), notes=(note,))

    def frames(self, sequences: Sequences) -> Frames:
        """One frame of each sequence."""
        groups = np.arange(len(sequences.asked))
        at = groups, group_parts(groups, np.zeros(groups.size), sequences.objects, seed=self.seed)
        states = {layer: each[at] for layer, each in sequences.states.items()}
        return Frames(states, {name: sequences.labels(name)[at] for name in PROPERTIES}, groups)

    def figures(self, frames: Frames) -> Iterator[Finding]:
        """By layer and property, by layer and pair of properties, by layer, and of both layers."""
        for layer, name in product(LAYERS, PROPERTIES):
            make = partial(self.classes_apart, frames, layer, name)
            yield from in_cell(
                (INDEX, NORMALISED, COSINE, CONTRAST), {"layer": layer, "property": name}, make
            )
        for layer, pair in product(LAYERS, combinations(PROPERTIES, 2)):
            make = partial(self.properties_apart, frames, layer, pair)
            yield from in_cell((ANGLE, OVERLAP), {"layer": layer, "pair": "-".join(pair)}, make)
        for layer in LAYERS:
            yield from in_cell((DIMENSIONS,), {"layer": layer}, partial(self.dimensions, frames, layer))
        yield from in_cell((CKA,), {}, partial(self.alignment, frames))
        yield from in_cell((RSA,), {}, partial(self.similarity, frames))

    def classes_apart(self, frames: Frames, layer: str, name: str) -> tuple[Estimate, ...]:
        """Published and normalised index, and the cosines of classes."""
        states, labels = frames.states[layer], frames.shown[name]
        found = orthogonalization(
            states,
            labels,
            frames.groups,
            Directions(components=self.components),
            classes=min(self.classes, several(labels, self.least)),
            permutations=self.permutations,
            seed=self.seed,
        )
        cosine, contrast = class_cosines(states, labels, frames.groups, seed=self.seed)
        why = "frames of one class are no more alike than others, and directions of no code are noise"
        known = contrast.low > 0
        normalised = found.normalised if known else Estimate.not_estimable(why, n=contrast.n, chance=0.0)
        return found.index, normalised, cosine, contrast

    def properties_apart(self, frames: Frames, layer: str, pair: tuple[str, str]) -> tuple[Estimate, ...]:
        """The smallest angle between the subspaces of two properties, and their overlap."""
        first, second = (frames.shown[name] for name in pair)
        needed = [several(labels, self.least) - 1 for labels in (first, second)]
        if sum(needed) > self.components:
            raise AnalysisError(
                f"subspaces of {needed[0]} and {needed[1]} dimensions cannot but meet in {self.components}"
            )
        points = principal_components(frames.states[layer], self.components)
        settings = {"permutations": self.permutations, "seed": self.seed}
        found = property_angles(points, first, second, frames.groups, **settings)
        return found.angles[0], found.overlap

    def dimensions(self, frames: Frames, layer: str) -> tuple[Estimate]:
        """How many dimensions a layer fills."""
        return (participation_ratio(frames.states[layer], frames.groups, seed=self.seed),)

    def alignment(self, frames: Frames) -> tuple[Estimate]:
        """How alike the layers are, frame by frame."""
        return (cka(*frames.states.values(), permutations=self.pairings, seed=self.seed),)

    def similarity(self, frames: Frames) -> tuple[Estimate]:
        """How alike the layers are in their cross-validated distances of location × category."""
        pairs = zip(frames.shown["location"], frames.shown["category"], strict=True)
        conditions = np.array([f"{location} {category}" for location, category in pairs])
        several(conditions, self.least)
        distances = [crossnobis(each, conditions, frames.groups) for each in frames.states.values()]
        found = representational_similarity(*distances, permutations=self.permutations, seed=self.seed)
        return (found,)


def principal_components(
    states: Float[np.ndarray, "frames units"], components: int
) -> Float[np.ndarray, "frames components"]:
    """Coordinates in the directions of largest variance.

    Raises:
        AnalysisError: numbers that are not finite, or fewer units than components.
    """
    states = finite_array("states", states, "frames units")
    if components > states.shape[1]:
        raise AnalysisError(f"expected at least {components} units, got {states.shape[1]}")
    centred = states - states.mean(0)
    _, basis = np.linalg.eigh(centred.T @ centred)
    return centred @ basis[:, : -components - 1 : -1]
