"""Draw what is shown, frame after frame, for many sequences at once.

Nothing but the asked feature tells a match: the view always differs from that of the object n back,
and in the location task a match shows the same object as often as a non-match does.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from working_memory.lures import ABSENT, CATEGORY, IDENTITY, LOCATION, Lure, feasible_lures, past
from working_memory.pools import Pool

LURE_WEIGHTS = (0.5, 0.25, 0.25)
"""How often each lure is taken where all three are possible."""


@dataclass(frozen=True)
class Demand:
    """What is asked of each sequence: a task, a feature, n, and at which frames it matches."""

    task: Int[np.ndarray, "sequences"]
    feature: Int[np.ndarray, "sequences"]
    n: Int[np.ndarray, "sequences"]
    matches: Bool[np.ndarray, "sequences frames"]
    lures: Int[np.ndarray, "tasks"]

    @property
    def scored(self) -> Bool[np.ndarray, "sequences frames"]:
        """Frames with an object n back."""
        return np.arange(self.matches.shape[1]) >= self.n[:, None]


class Drawing:
    """Sequences in the making; levels are places on the axes of the pool."""

    def __init__(self, pool: Pool, demand: Demand, rng: np.random.Generator):
        self.pool, self.demand, self.rng = pool, demand, rng
        shape = demand.matches.shape
        self.identities, self.views, self.locations, self.values, self.relatives = (
            np.full(shape, ABSENT, dtype=np.int64) for _ in range(5)
        )
        _, self.category = np.unique(pool.categories, return_inverse=True)
        self.own = np.arange(len(self.category))
        self.rivals = np.bincount(self.category)[self.category] > 1
        self.lures_left = demand.lures.copy()

    def run(self) -> "Drawing":
        """Draw every frame."""
        for frame in range(self.demand.matches.shape[1]):
            self._draw(frame)
        return self

    def _draw(self, frame: int) -> None:
        scored, match = self.demand.scored[:, frame], self.demand.matches[:, frame]
        non_match = scored & ~match
        lure = self._choose_lures(frame, non_match)
        identity, location = self._candidates(
            frame, non_match, lure, self._same_object(match, non_match, lure)
        )
        self._show(frame, self._pick(identity), self._pick(location), self._pick_view(frame, scored))

    def _choose_lures(self, frame: int, non_match: np.ndarray) -> Int[np.ndarray, "sequences"]:
        """A lure or NONE for each sequence: as many as are due, and wherever nothing else is possible."""
        none = np.zeros(len(non_match), dtype=np.int64)
        same = np.zeros(len(non_match), dtype=bool)
        feasible = feasible_lures(self.values, frame, self.demand.n, self._related_feasible(frame))
        plain = self._candidates(frame, non_match, none, same)
        forced = non_match & ~(plain[0].any(axis=1) & plain[1].any(axis=1))
        priority = np.where(non_match, feasible.any(axis=1).astype(np.int64) + forced, 0)
        chosen = forced | (
            (priority > 0) & (self._rank(priority) < self._due(frame, non_match)[self.demand.task])
        )
        self.lures_left -= np.bincount(self.demand.task[chosen], minlength=len(self.lures_left))
        kind = 1 + np.where(feasible, self._gumbel(LURE_WEIGHTS, len(none)), -np.inf).argmax(axis=1)
        return np.where(chosen, kind, Lure.NONE)

    def _due(self, frame: int, non_match: np.ndarray) -> Int[np.ndarray, "tasks"]:
        """Spread the lures still to be shown evenly over the non-matches still to come."""
        tasks = len(self.lures_left)
        later = (self.demand.scored & ~self.demand.matches)[:, frame:].sum(axis=1)
        now = np.bincount(self.demand.task, weights=non_match, minlength=tasks)
        left = np.bincount(self.demand.task, weights=later, minlength=tasks)
        return np.round(self.lures_left * now / np.maximum(left, 1)).astype(np.int64)

    def _rank(self, priority: np.ndarray) -> Int[np.ndarray, "sequences"]:
        """Place of each sequence within its task: higher priority first, ties at random."""
        task = self.demand.task
        order = np.lexsort((self.rng.random(len(task)), -priority, task))
        counts = np.bincount(task)
        rank = np.empty(len(task), dtype=np.int64)
        rank[order] = np.arange(len(task)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rank

    def _related_feasible(self, frame: int) -> Bool[np.ndarray, "sequences"]:
        target = past(self.identities, frame, self.demand.n)
        rivals = (target != ABSENT) & self.rivals[target]
        feature = self.demand.feature
        return np.where(feature == IDENTITY, rivals, (feature == LOCATION) & (target != ABSENT))

    def _same_object(
        self, match: np.ndarray, non_match: np.ndarray, lure: np.ndarray
    ) -> Bool[np.ndarray, "sequences"]:
        """Location task: repeat the object in related lures, and in matches equally often."""
        task, at = self.demand.task, self.demand.feature == LOCATION
        related = at & (lure == Lure.RELATED)
        share = np.bincount(task, related) / np.maximum(np.bincount(task, non_match), 1)
        return related | (at & match & (self.rng.random(len(task)) < share[task]))

    def _candidates(
        self, frame: int, non_match: np.ndarray, lure: np.ndarray, same_object: np.ndarray
    ) -> tuple[Bool[np.ndarray, "sequences identities"], Bool[np.ndarray, "sequences locations"]]:
        feature, n = self.demand.feature, self.demand.n
        target, later, earlier = (past(self.values, frame, n + step) for step in (0, -1, 1))
        plain = non_match & (lure == Lure.NONE)
        must = np.select(
            [self.demand.matches[:, frame], lure == Lure.ONE_LATER, lure == Lure.ONE_EARLIER],
            [target, later, earlier],
            ABSENT,
        )
        never = [
            np.where(non_match, target, ABSENT),
            *(np.where(plain, near, ABSENT) for near in (later, earlier)),
        ]
        identity = self._related(frame, plain, lure, same_object)
        for task, codes in ((IDENTITY, self.own), (CATEGORY, self.category)):
            identity &= fits(codes, feature == task, must, never)
        places = np.arange(len(self.pool.locations))
        return identity, fits(places, feature == LOCATION, must, never)

    def _related(
        self, frame: int, plain: np.ndarray, lure: np.ndarray, same_object: np.ndarray
    ) -> Bool[np.ndarray, "sequences identities"]:
        """Keep what only a related lure may share with the object n back to related lures."""
        feature, n = self.demand.feature, self.demand.n
        target = past(self.identities, frame, n)
        category = np.where(target == ABSENT, ABSENT, self.category[target])
        asked, placed = feature == IDENTITY, feature == LOCATION
        kept = np.where(lure == Lure.RELATED, category, ABSENT)
        left = np.where(plain, category, ABSENT)
        same, other = np.where(same_object, target, ABSENT), np.where(same_object, ABSENT, target)
        return fits(self.category, asked, kept, [left]) & fits(self.own, placed, same, [other])

    def _pick(self, allowed: Bool[np.ndarray, "sequences levels"]) -> Int[np.ndarray, "sequences"]:
        """One of the allowed levels, uniformly."""
        return np.where(allowed, self.rng.random(allowed.shape, dtype=np.float32), -1).argmax(axis=1)

    def _pick_view(self, frame: int, scored: np.ndarray) -> Int[np.ndarray, "sequences"]:
        views = len(self.pool.viewpoints)
        anywhere = self.rng.integers(views, size=len(scored))
        elsewhere = past(self.views, frame, self.demand.n) + self.rng.integers(1, views, size=len(scored))
        return np.where(scored, elsewhere % views, anywhere)

    def _show(self, frame: int, identity: np.ndarray, location: np.ndarray, view: np.ndarray) -> None:
        feature, category = self.demand.feature, self.category[identity]
        self.identities[:, frame], self.locations[:, frame], self.views[:, frame] = identity, location, view
        self.values[:, frame] = np.choose(feature, [location, identity, category])
        self.relatives[:, frame] = np.choose(feature, [identity, category, np.full_like(category, ABSENT)])

    def _gumbel(self, weights: tuple[float, ...], sequences: int) -> np.ndarray:
        return np.log(weights) + self.rng.gumbel(size=(sequences, len(weights)))


def fits(
    codes: Int[np.ndarray, "levels"],
    asked: Bool[np.ndarray, "sequences"],
    must: Int[np.ndarray, "sequences"],
    never: list[Int[np.ndarray, "sequences"]],
) -> Bool[np.ndarray, "sequences levels"]:
    """Which levels are `must` and none of `never` (ABSENT asks nothing), in the sequences that ask."""
    must = np.where(asked, must, ABSENT)[:, None]
    allowed = (must == ABSENT) | (codes == must)
    for value in never:
        allowed &= codes != np.where(asked, value, ABSENT)[:, None]
    return allowed
