"""Views of tasks: turned, mirrored and recoloured, with exact inverses."""

from dataclasses import dataclass, replace
from itertools import cycle, islice
from math import factorial

import numpy as np
from jaxtyping import Shaped

from arc_context.errors import ArcError
from arc_context.tasks.episodes import Episode
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Pair, Task

SYMMETRIES = 8
"""Of the square: four turns, each of the grid or of its mirror image (the dihedral group D8)."""
COLOURS = tuple(range(10))


@dataclass(frozen=True)
class View:
    """colours[turned(grid)]: mirrored left to right if symmetry ≥ 4, then turned by symmetry mod 4 quarters.

    Turns are counter-clockwise, as those of `np.rot90`. `View()` is the identity.

    Raises:
        ArcError: there is no such symmetry, or `colours` is not a permutation of 0 to 9.
    """

    symmetry: int = 0
    colours: tuple[int, ...] = COLOURS

    def __post_init__(self):
        if not 0 <= self.symmetry < SYMMETRIES:
            raise ArcError(f"symmetry: expected 0 to {SYMMETRIES - 1}, got {self.symmetry}")
        if tuple(sorted(self.colours)) != COLOURS:
            raise ArcError(f"colours: expected a permutation of 0 to 9, got {self.colours}")

    def apply(self, grid: Grid) -> Grid:
        """The grid as this view shows it."""
        return np.asarray(self.colours, dtype=np.int8)[self.turned(grid)]

    def invert(self, grid: Grid) -> Grid:
        """The grid that this view shows as the one given."""
        return self.turned_back(np.argsort(self.colours).astype(np.int8)[grid])

    def turned(self, cells: Shaped[np.ndarray, "_ _"]) -> Shaped[np.ndarray, "_ _"]:
        """Anything that stands by cell, such as a mask, moved as the grid's cells are."""
        return np.rot90(cells[:, ::-1] if self.symmetry >= 4 else cells, self.symmetry % 4)

    def turned_back(self, cells: Shaped[np.ndarray, "_ _"]) -> Shaped[np.ndarray, "_ _"]:
        """The inverse of `turned`."""
        back = np.rot90(cells, -(self.symmetry % 4))
        return np.ascontiguousarray(back[:, ::-1] if self.symmetry >= 4 else back)

    def of_pair(self, pair: Pair) -> Pair:
        """The pair as this view shows it."""
        return Pair(self.apply(pair.input), None if pair.output is None else self.apply(pair.output))

    def of_task(self, task: Task) -> Task:
        """The task as this view shows it, under its own name."""
        train, test = (tuple(map(self.of_pair, pairs)) for pairs in (task.train, task.test))
        return replace(task, train=train, test=test)

    def of_episode(self, episode: Episode) -> Episode:
        """The episode as this view shows it, under its own name."""
        answer = None if episode.answer is None else self.apply(episode.answer)
        support = tuple(map(self.of_pair, episode.support))
        return replace(episode, support=support, query=self.apply(episode.query), answer=answer)


IDENTITY = View()


def draw_view(
    rng: np.random.Generator, d8: bool = True, colours: bool = True, keep_zero: bool = False
) -> View:
    """A symmetry and a permutation of colours, each drawn uniformly; what is switched off stays as it is.

    Args:
        rng: what it is drawn from.
        d8: whether it turns and mirrors.
        colours: whether it permutes colours.
        keep_zero: whether colour 0, the usual background, stays.
    """
    symmetry = int(rng.integers(SYMMETRIES)) if d8 else 0
    return View(symmetry, drawn_colours(rng, keep_zero) if colours else COLOURS)


def drawn_colours(rng: np.random.Generator, keep_zero: bool = False) -> tuple[int, ...]:
    """A permutation of the colours, of all or of 1 to 9."""
    fixed = COLOURS[: int(keep_zero)]
    return (*fixed, *rng.permutation(COLOURS[len(fixed) :]).tolist())


def views(
    count: int, rng: np.random.Generator, d8: bool = True, colours: bool = True, keep_zero: bool = False
) -> tuple[View, ...]:
    """Distinct views to vote over, the identity first; each symmetry as often as any other, to within one.

    Raises:
        ArcError: fewer than one, or more than there are.
    """
    there_are = (SYMMETRIES if d8 else 1) * (factorial(10 - keep_zero) if colours else 1)
    if not 1 <= count <= there_are:
        raise ArcError(f"views: expected 1 to {there_are}, got {count}")
    order = [0, *(1 + rng.permutation(SYMMETRIES - 1)).tolist()] if d8 else [0]
    found = {IDENTITY: None}
    for symmetry in islice(cycle(order), 1, count):
        view = View(symmetry, drawn_colours(rng, keep_zero) if colours else COLOURS)
        while view in found:
            view = replace(view, colours=drawn_colours(rng, keep_zero))
        found[view] = None
    return tuple(found)
