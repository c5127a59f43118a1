"""Families in which every place has a fate of its own: a test cell looks its place up in the support."""

import numpy as np
from jaxtyping import Bool

from arc_context.augmentation import View
from arc_context.configuration import FamiliesConfig
from arc_context.tasks.task import Grid, Task

from .base import Family, Pairs
from .drawing import drawn, drawn_palette, drawn_sides, speckled

UNKNOWN = -1


class Reveal(Family):
    """All pairs of a task hide one picture; the output shows it where the input is masked, else the input."""

    name = "reveal"
    identifiable = "every masked cell of a test is masked, and so revealed, in a train pair at the same place"

    def attempt(self, rng: np.random.Generator, limits: FamiliesConfig) -> tuple[Pairs, Pairs]:
        """Masks of about half the cells in training and a third in tests; what is not masked is noise."""
        shape, pairs = drawn_sides(rng, limits.sides), drawn(rng, limits.pairs)
        masks = rng.random((pairs + limits.test_pairs, *shape)) < 0.5
        masks[pairs:] &= rng.random((limits.test_pairs, *shape)) < 0.7
        asked = masks[pairs:].any(axis=0)
        masks[:pairs] |= asked & revealed_by_one(rng, pairs, shape)
        return self.hidden(rng, limits, masks, pairs)

    def hidden(
        self,
        rng: np.random.Generator,
        limits: FamiliesConfig,
        masks: Bool[np.ndarray, "pairs height width"],
        pairs: int,
    ) -> tuple[Pairs, Pairs]:
        """The pairs of one picture under these masks."""
        palette = drawn_palette(rng, limits)
        colours = palette[1 : 1 + drawn(rng, (3, 6))]
        picture = self.picture(speckled(rng, colours, masks.shape[1:]))
        noise = speckled(rng, colours, masks.shape)
        both = list(zip(np.where(masks, palette[0], noise), np.where(masks, picture, noise), strict=True))
        return both[:pairs], both[pairs:]

    def picture(self, cells: Grid) -> Grid:
        """What is hidden: any cells."""
        return cells

    def determining(
        self, task: Task, test: int, row: int, column: int
    ) -> tuple[Bool[np.ndarray, "height width"], ...] | None:
        """The same place in every train pair that masks it; None for a test cell that is not masked."""
        mask = mask_colour(task)
        if task.test[test].input[row, column] != mask:
            return None
        place = np.zeros(task.test[test].input.shape, dtype=bool)
        place[self.source(task, row, column)] = True
        return tuple(place & (pair.input == mask) for pair in task.train)

    def source(self, task: Task, row: int, column: int) -> tuple[int, int]:
        """Where training reveals the cell that a test masks."""
        return row, column


class RevealMirrored(Reveal):
    """The hidden picture is its own mirror image; training reveals one half of it, tests ask for the other."""

    name = "reveal_mirrored"
    identifiable = (
        "training reveals every cell of one half, a test asks for cells of the other half only, and the revealed half "
        "is not symmetric about the other axis"
    )

    def attempt(self, rng: np.random.Generator, limits: FamiliesConfig) -> tuple[Pairs, Pairs] | None:
        """Drawn with the left half revealed, then turned by quarters so that any half may be."""
        shape, pairs = drawn_sides(rng, limits.sides), drawn(rng, limits.pairs)
        shown = np.arange(shape[1]) < (shape[1] + 1) // 2
        masks = rng.random((pairs + limits.test_pairs, *shape)) < 0.5
        masks[:pairs] = (masks[:pairs] | revealed_by_one(rng, pairs, shape)) & shown
        masks[pairs:] &= ~shown
        train, test = self.hidden(rng, limits, masks, pairs)
        half = revealed(train, masks[:pairs])[:, shown]
        if np.array_equal(half, half[::-1]):
            return None
        turns = drawn(rng, (0, 3))
        return turned(train, turns), turned(test, turns)

    def picture(self, cells: Grid) -> Grid:
        """What is hidden: its right half is the left one, mirrored."""
        half = (cells.shape[1] + 1) // 2
        return np.concatenate([cells[:, :half], cells[:, : cells.shape[1] - half][:, ::-1]], axis=1)

    def source(self, task: Task, row: int, column: int) -> tuple[int, int]:
        """The mirrored place: left or right where training leaves whole columns hidden, else up or down."""
        mask = mask_colour(task)
        hidden = np.all([pair.input != mask for pair in task.train], axis=0)
        height, width = hidden.shape
        if hidden.all(axis=0).any():
            return row, width - 1 - column
        return height - 1 - row, column


def revealed_by_one(
    rng: np.random.Generator, pairs: int, shape: tuple[int, int]
) -> Bool[np.ndarray, "pairs height width"]:
    """For every cell one train pair, at random."""
    return rng.integers(pairs, size=shape) == np.arange(pairs)[:, None, None]


def revealed(pairs: Pairs, masks: Bool[np.ndarray, "pairs height width"]) -> Grid:
    """The picture as far as train pairs show it; UNKNOWN elsewhere."""
    known = np.full(masks.shape[1:], UNKNOWN, dtype=np.int8)
    for (_, output), mask in zip(pairs, masks, strict=True):
        known[mask] = output[mask]
    return known


def turned(pairs: Pairs, turns: int) -> Pairs:
    """The same pairs, all turned by quarters."""
    view = View(turns)
    return [(view.apply(given), view.apply(answer)) for given, answer in pairs]


def mask_colour(task: Task) -> np.int8:
    """The colour of the cells that train pairs change."""
    changed = (pair.input[pair.input != pair.output] for pair in task.train)
    return next(cells[0] for cells in changed if len(cells))
