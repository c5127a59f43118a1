"""What decoding found: scores, weights and null of every pair of views, and what is read off them."""

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, null_of
from analysis.inference.permutation import Permutation
from analysis.shown import Shown

ROUNDING = 1e-9
"""Balanced accuracies closer than this are equal."""


MOST_VIEWS = 12
"""A notebook shows the accuracies of no more views."""


@dataclass(frozen=True)
class View:
    """What one decoder is trained or tested on: a column of labels at a time, `age` steps after it was shown."""

    column: Hashable
    time: int
    age: int

    def __str__(self) -> str:
        return f"{self.column} at {self.time}"


Where = Callable[[View, View], bool]
"""Whether a training and a test view are meant."""


@dataclass(frozen=True, eq=False)
class Decoding(Shown):
    """Balanced accuracy of every training view on every test view, NaN where a pair was not asked for.

    `chance` is the balanced accuracy without information. `coefficients` and `intercepts` belong to raw features; a
    class's are relative to the grand mean of the classes for `LDA`. `null` has one matrix of accuracies, averaged
    over folds, per permutation of the labels.
    """

    views: tuple[View, ...]
    classes: tuple[Any, ...]
    chance: float
    fold_scores: Float[np.ndarray, "views views folds"]
    coefficients: Float[np.ndarray, "views folds classes features"]
    intercepts: Float[np.ndarray, "views folds classes"]
    null: Float[np.ndarray, "permutations views views"]
    folds: Int[np.ndarray, " trials"]

    def shown(self) -> Iterator[tuple[str, Any]]:
        """What it is, and the accuracy of each view on itself, as far as they have room."""
        yield "classes", self.classes
        yield "chance", self.chance
        yield "views", len(self.views)
        yield "permutations", len(self.null)
        for view in self.views[:MOST_VIEWS]:
            yield str(view), self.within(view.column, view.time)

    @property
    def accuracy(self) -> Float[np.ndarray, "views views"]:
        """Mean over folds."""
        return self.fold_scores.mean(-1)

    @property
    def above_chance(self) -> Float[np.ndarray, "views views"]:
        """(accuracy − chance) / (1 − chance): 0 without information, 1 without error, whatever the classes."""
        return (self.accuracy - self.chance) / (1 - self.chance)

    @property
    def asked(self) -> Bool[np.ndarray, "views views"]:
        """Which pairs were scored."""
        return ~np.isnan(self.fold_scores[..., 0])

    @property
    def p_values(self) -> Float[np.ndarray, "views views"]:
        """(1 + #{null ≥ accuracy}) / (1 + permutations) for each pair by itself (Phipson & Smyth 2010)."""
        self.require_null()
        reached = (self.null >= self.accuracy - ROUNDING).sum(0)
        return np.where(self.asked, (1 + reached) / (1 + len(self.null)), np.nan)

    def within(self, column: Hashable, time: int) -> Estimate:
        """Trained and tested on the same view."""
        return self.transfer((column, time), (column, time))

    def transfer(self, train: tuple[Hashable, int], test: tuple[Hashable, int]) -> Estimate:
        """Trained on one (column, time) and tested on another.

        Raises:
            AnalysisError: the pair was not asked for.
        """
        return self.over(
            lambda a, b: (a.column, a.time) == train and (b.column, b.time) == test, f"{train} to {test}"
        )

    def over(self, where: Where, name: str = "this choice") -> Estimate:
        """Average over the pairs of views for which `where(train, test)` is true.

        The interval is over folds, with the variance corrected for the training trials they share (Nadeau & Bengio
        2003); it tells of this network and these trials. Networks are compared by `over_networks`.

        Raises:
            AnalysisError: no pair that was scored is meant.
        """
        chosen = self._chosen(where, name)
        return self._estimate(self.fold_scores[chosen].mean(0), self.null[:, chosen].mean(1))

    def rows(self) -> list[dict[str, Any]]:
        """One row per pair that was scored, for a table: both views, and the estimate's plain values."""
        return [
            {
                **_columns("train", self.views[a]),
                **_columns("test", self.views[b]),
                **self._estimate(self.fold_scores[a, b], self.null[:, a, b]).to_dict(),
            }
            for a, b in np.argwhere(self.asked)
        ]

    def require_null(self) -> None:
        """Refuse to test what has no null."""
        if not len(self.null):
            raise AnalysisError("there is no null to test against: decode with permutations=1000")

    def _estimate(self, scores: np.ndarray, drawn: np.ndarray) -> Estimate:
        found = _over_folds(scores, self.chance)
        if not drawn.size:
            return found
        how = f"{drawn.size} shuffled labelings, decoders fitted anew"
        return replace(found, null=null_of(found.value, drawn, how, alternative="greater"))

    def _chosen(self, where: Where, name: str) -> Bool[np.ndarray, "views views"]:
        meant = np.array([[where(train, test) for test in self.views] for train in self.views])
        if not (chosen := meant & self.asked).any():
            offered = ", ".join(map(str, self.views[:6]))
            raise AnalysisError(f"no pair of views that was scored is {name}; views: {offered} …")
        return chosen


def mean_of(decodings: Sequence[Decoding]) -> Decoding:
    """Mean of the scores, nulls and chance levels of decodings that share nothing but their views and folds' number.

    Classes and weights are theirs side by side; the folds are those of the first.

    Raises:
        AnalysisError: there is none, or their views or numbers of folds differ.
    """
    if not decodings or len({(each.views, each.fold_scores.shape) for each in decodings}) > 1:
        raise AnalysisError(f"expected decodings of the same views and as many folds, got {len(decodings)}")
    return replace(
        decodings[0],
        classes=tuple(name for each in decodings for name in each.classes),
        chance=float(np.mean([each.chance for each in decodings])),
        fold_scores=np.mean([each.fold_scores for each in decodings], axis=0),
        coefficients=np.concatenate([each.coefficients for each in decodings], axis=2),
        intercepts=np.concatenate([each.intercepts for each in decodings], axis=2),
        null=np.mean([each.null for each in decodings], axis=0),
    )


def over_networks(decodings: Sequence[Decoding], where: Where) -> Estimate:
    """Mean over networks of the accuracy over the pairs meant: networks are the units.

    Student's interval, and the null of flipping the signs of accuracy − chance.

    Raises:
        AnalysisError: there is no network, their chance levels differ, or one has no such pair.
    """
    chances = {decoding.chance for decoding in decodings}
    if len(chances) != 1:
        raise AnalysisError(f"expected networks with one chance level, got {sorted(chances)}")
    values = [decoding.over(where).value for decoding in decodings]
    return Permutation(alternative="greater").against_chance(values, chances.pop()).within(0.0, 1.0)


def _over_folds(scores: Float[np.ndarray, " folds"], chance: float, level: float = 0.95) -> Estimate:
    folds, center = scores.size, float(scores.mean())
    error = float(scores.std(ddof=1)) * math.sqrt(1 / folds + 1 / (folds - 1))
    half = float(stats.t.ppf((1 + level) / 2, folds - 1)) * error
    how = f"balanced accuracy, {level:.0%} Student t over folds, corrected for shared training trials"
    return Estimate(center, center - half, center + half, folds, chance, how).within(0.0, 1.0)


def _columns(side: str, view: View) -> dict[str, Any]:
    return {side: view.column, f"{side}_time": view.time, f"{side}_age": view.age}
