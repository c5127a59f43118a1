"""A state pushed from what it remembers towards something else, and the answer one step later."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int
from torch import Tensor

from analysis import Directions, control_directions
from searchlight.experiments.base import Evaluation
from searchlight.experiments.working_memory_walk import Walk
from working_memory import Answer, Trials, WorkingMemoryModel

if TYPE_CHECKING:
    from searchlight.experiments.working_memory import WorkingMemory

SPLIT = "test/novel_view"
FITTED = ("validation/familiar", "validation/novel_view")
"""Where directions are fitted: the same identities, in sequences that are not pushed."""
DOSES = (-4.0, -2.0, 1.0, 2.0, 3.0, 4.0)
"""In standard deviations; from one class mean to the other it is about 2.8 where four classes stand apart."""
RANDOM = 39
IRRELEVANT = {"location": "category", "identity": "location", "category": "location"}
"""Whose direction is the control; identity and category are not each other's, as they are not independent."""
Method = Literal["means", "lda"]
VALUES = {"location": "locations", "identity": "identities", "category": "categories"}


@dataclass(frozen=True)
class Comparisons:
    """Objects about to be compared: the frame of each (`probe`), and that of the object n back (`sample`)."""

    trials: Trials
    sequence: Int[np.ndarray, " comparisons"]
    probe: Int[np.ndarray, " comparisons"]
    sample: Int[np.ndarray, " comparisons"]

    @classmethod
    def of(cls, trials: Trials, feature: str, n: int, *, exactly: bool) -> "Comparisons":
        """Those of tasks about a feature: n-back ones, or all that still need the object n back."""
        fits = [t.feature == feature and (t.n == n if exactly else t.n >= n) for t in trials.tasks]
        shown = np.flatnonzero((trials.images >= 0).any(0))
        sequence, place = np.nonzero(np.array(fits)[trials.task][:, None] & (np.arange(len(shown)) >= n))
        return cls(trials, sequence, shown[place], shown[place - n])

    def where(self, chosen: Int[np.ndarray, " chosen"]) -> "Comparisons":
        """Some of them."""
        return Comparisons(self.trials, *(each[chosen] for each in (self.sequence, self.probe, self.sample)))

    def values(self, name: str) -> tuple[Int[np.ndarray, " comparisons"], Int[np.ndarray, " comparisons"]]:
        """A property of the remembered object, and of the one that is about to be shown."""
        every = getattr(self.trials, VALUES[name])
        return every[self.sequence, self.sample], every[self.sequence, self.probe]

    def before(self, every: Tensor) -> Tensor:
        """What stands one frame before the probe in an array `[sequences, frames, …]`."""
        return every[torch.from_numpy(self.sequence), torch.from_numpy(self.probe - 1)]


@dataclass(frozen=True)
class ClassDirections:
    """One direction per class of a property, in the space of the states, fitted to states that hold it.

    By "means" it is where the class lies, the normal of a decoder by the nearest class mean. The normal of a
    discriminant, "lda", tells how to read the class from the states; it need not be a direction in which they differ
    much, nor one that the network uses (Haufe et al. 2014).
    """

    classes: Int[np.ndarray, " classes"]
    directions: Float[np.ndarray, "classes dim"]

    @classmethod
    def fit(
        cls,
        states: Float[np.ndarray, "states dim"],
        labels: Int[np.ndarray, " states"],
        method: Method = "means",
    ) -> "ClassDirections":
        """Directions in raw space; the classes in sorted order."""
        return cls(np.unique(labels), Directions(method)(states, labels))

    def towards(
        self, held: Int[np.ndarray, " comparisons"], coming: Int[np.ndarray, " comparisons"], seed: int = 0
    ) -> Float[np.ndarray, "comparisons dim"]:
        """Unit vectors from the class that is held to that which is coming, or to any other where they are the same.

        NaN where a class was never fitted.
        """
        rng = np.random.default_rng(seed)
        start, end = (np.searchsorted(self.classes, each) % len(self.classes) for each in (held, coming))
        known = (self.classes[start] == held) & (self.classes[end] == coming)
        other = (start + rng.integers(1, len(self.classes), len(held))) % len(self.classes)
        vectors = self.directions[np.where(held == coming, other, end)] - self.directions[start]
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.where(known[:, None], unit, np.nan)


def evaluate(experiment: "WorkingMemory", model: WorkingMemoryModel) -> Evaluation:
    """The comparisons of the smallest n under every push, and under none.

    The state one frame before the probe is moved from the class that it holds towards the class that is coming, or
    towards another where they are the same, so that the answer should turn over. `direction` is "own" for the
    property that is asked, "irrelevant" for another one's, "discriminant" for the normal of a shrinkage discriminant
    of the property that is asked, "random" for directions drawn from the covariance of the states, and "none". The
    dose is in standard deviations of the states along the own direction, and the same length serves all. Columns
    beside a run's own: `property`, `direction`, `draw`, `dose`, `size`, and the probability of each answer.
    """
    least = min(task.n for task in experiment.tasks)
    features = dict.fromkeys(task.feature for task in experiment.tasks if task.n == least)
    return Evaluation(pl.concat([pushed(experiment, model, feature, least) for feature in features]))


def pushed(experiment: "WorkingMemory", model: WorkingMemoryModel, feature: str, n: int) -> pl.DataFrame:
    """The answers about one property; comparisons of a class that was never fitted are left out."""
    states, labels = fitted(experiment, model, feature, n)
    comparisons = Comparisons.of(experiment.trials[SPLIT], feature, n, exactly=True)
    moves = class_moves(states, labels, comparisons, feature)
    known = np.flatnonzero(np.isfinite(np.stack(list(moves.values()))).all((0, 2)))
    comparisons, moves = comparisons.where(known), {name: move[known] for name, move in moves.items()}
    spread = float((states @ moves["own"].T).std(0).mean())
    drawn = control_directions(moves["own"][0], RANDOM, like=states)
    pushes = [(name, 0, move) for name, move in moves.items()]
    pushes += [("random", draw, np.broadcast_to(each, moves["own"].shape)) for draw, each in enumerate(drawn)]
    walk = walked(experiment, model, SPLIT)
    rows = [answered(walk, comparisons, moves["own"] * 0.0).with_columns(pushed_as("none", 0, 0.0, 0.0))]
    for name, draw, move in pushes:
        for dose in DOSES:
            table = answered(walk, comparisons, dose * spread * move)
            rows.append(table.with_columns(pushed_as(name, draw, dose, abs(dose) * spread)))
    return pl.concat(rows).with_columns(property=pl.lit(feature))


def class_moves(
    states: Float[np.ndarray, "states dim"],
    labels: dict[str, Int[np.ndarray, " states"]],
    comparisons: Comparisons,
    feature: str,
) -> dict[str, Float[np.ndarray, "comparisons dim"]]:
    """Unit vectors from class to class of each comparison, by direction; a property of one class has none."""
    asked: list[tuple[str, str, Method]] = [
        ("own", feature, "means"),
        ("irrelevant", IRRELEVANT[feature], "means"),
        ("discriminant", feature, "lda"),
    ]
    return {
        name: ClassDirections.fit(states, labels[of], method).towards(*comparisons.values(of))
        for name, of, method in asked
        if np.unique(labels[of]).size > 1
    }


def fitted(
    experiment: "WorkingMemory", model: WorkingMemoryModel, feature: str, n: int
) -> tuple[Float[np.ndarray, "states dim"], dict[str, Int[np.ndarray, " states"]]]:
    """States one frame before a comparison, of all tasks that still need the object n back, and what that was."""
    states, labels = [], {name: [] for name in VALUES}
    for split in FITTED:
        comparisons = Comparisons.of(experiment.trials[split], feature, n, exactly=False)
        states.append(comparisons.before(walked(experiment, model, split).hidden).double().numpy())
        for name, parts in labels.items():
            parts.append(comparisons.values(name)[0])
    return np.concatenate(states), {name: np.concatenate(parts) for name, parts in labels.items()}


def walked(experiment: "WorkingMemory", model: WorkingMemoryModel, split: str) -> Walk:
    """The model's way through a split."""
    trials = experiment.trials[split]
    return Walk.through(model, experiment.frames(trials.images), torch.from_numpy(trials.task_vectors))


def answered(
    walk: Walk, comparisons: Comparisons, change: Float[np.ndarray, "comparisons dim"]
) -> pl.DataFrame:
    """One row per comparison: what was asked, and what the model answers after its state was changed."""
    probabilities = np.empty((len(change), len(Answer)))
    for frame in np.unique(comparisons.probe):
        there = np.flatnonzero(comparisons.probe == frame)
        moved = torch.from_numpy(change[there].astype(np.float32))
        sequences = torch.from_numpy(comparisons.sequence[there])
        probabilities[there] = walk.next(sequences, int(frame), moved).numpy()
    trials, sequence, probe = comparisons.trials, comparisons.sequence, comparisons.probe
    target, said = trials.targets[sequence, probe], probabilities.argmax(1)
    match, other = probabilities[:, Answer.MATCH], probabilities[:, Answer.NON_MATCH]
    return pl.DataFrame(
        {
            "split": [SPLIT] * len(probe),
            "item": sequence * trials.targets.shape[1] + probe,
            "group": sequence,
            "step": probe,
            "target": target,
            "prediction": said,
            "score": match / np.maximum(match + other, np.finfo(float).tiny),
            "correct": said == target,
            **{f"p_{answer.name.lower()}": probabilities[:, answer] for answer in Answer},
        }
    )


def pushed_as(direction: str, draw: int, dose: float, size: float) -> list[pl.Expr]:
    """The columns that tell one push from another."""
    told = {"direction": direction, "draw": draw, "dose": dose, "size": size}
    return [pl.lit(value).alias(name) for name, value in told.items()]
