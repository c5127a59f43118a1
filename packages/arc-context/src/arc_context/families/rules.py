"""Families whose tasks each follow one rule: a form and colours, applied to grids drawn by themselves."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any, ClassVar

import numpy as np

from arc_context.configuration import FamiliesConfig
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Task

from .base import Family, Pairs
from .drawing import COLOURS, drawn, drawn_palette, drawn_sides

ATTEMPTS = 20
"""Inputs that are drawn until the rule can be seen on one."""


@dataclass(frozen=True)
class Rule:
    """What is the same in all pairs of a task: a form, such as a direction, and colours, the background first."""

    form: Any
    colours: tuple[int, ...]

    @property
    def background(self) -> int:
        """The first of its colours."""
        return self.colours[0]


class RuleFamily(Family):
    """output = rule(input), and all rules of the family that fit the train pairs answer every test alike.

    That holds by trial: every rule, of any form and colours, is applied to a draw, and one that leaves open what a test
    asks is thrown away. `identifiable` says what settles it in the draws that remain.
    """

    forms: ClassVar[tuple[Any, ...]] = ("",)
    told_from: ClassVar[tuple[Any, ...]] = ()
    """The forms that train pairs must rule out, where they are more than those that are drawn."""
    roles: ClassVar[int] = 1
    """Colours that a rule names, the background among them."""

    @abstractmethod
    def grid(
        self, rng: np.random.Generator, sides: tuple[int, int], rule: Rule, others: tuple[int, ...]
    ) -> Grid | None:
        """An input, or None where a draw does not show the rule; `others` are the colours that it does not name."""

    @abstractmethod
    def output(self, grid: Grid, rule: Rule) -> Grid | None:
        """What the rule makes of any grid; None where it says nothing of such a grid."""

    def rules(self, colours: Sequence[int] = range(COLOURS)) -> Iterator[Rule]:
        """Every rule of these colours that a task is told from."""
        for form, named in product(self.told_from or self.forms, permutations(colours, self.roles)):
            yield Rule(form, named)

    def fitting(self, task: Task) -> tuple[Rule, ...]:
        """The rules that turn every train input into its output."""
        pairs = [(pair.input, pair.output) for pair in task.train]
        return tuple(rule for rule in self.rules() if self.fits(rule, pairs))

    def fits(self, rule: Rule, pairs: Iterable[tuple[Grid, Grid | None]]) -> bool:
        """Whether the rule makes the outputs of these pairs."""
        return all(same(self.output(given, rule), answer) for given, answer in pairs)

    def attempt(self, rng: np.random.Generator, limits: FamiliesConfig) -> tuple[Pairs, Pairs] | None:
        """Grids of one rule, alike in size or each of its own."""
        palette = drawn_palette(rng, limits).tolist()
        rule = Rule(self.forms[drawn(rng, (0, len(self.forms) - 1))], tuple(palette[: self.roles]))
        count, span = drawn(rng, limits.pairs), self.span(limits, rule)
        if span[0] > span[1]:
            return None
        others = tuple(palette[self.roles :])
        sides = each_side(rng, span, count + limits.test_pairs)
        both = []
        for each in sides:
            pair = self.pair(rng, each, rule, others)
            if pair is None:
                return None
            both.append(pair)
        train, test = both[:count], both[count:]
        return None if self.ambiguous(rule, train, test) else (train, test)

    def pair(
        self, rng: np.random.Generator, sides: tuple[int, int], rule: Rule, others: tuple[int, ...]
    ) -> tuple[Grid, Grid] | None:
        """An input on which the rule can be seen, and its output; None where the sides leave no room for one."""
        for _ in range(ATTEMPTS):
            given = self.grid(rng, sides, rule, others)
            answer = None if given is None else self.output(given, rule)
            if given is not None and answer is not None:
                return given, answer
        return None

    def ambiguous(self, rule: Rule, train: Pairs, test: Pairs) -> bool:
        """Whether another rule, of any form and colours, fits the train pairs and answers a test otherwise."""
        grids = [grid for pair in (*train, *test) for grid in pair]
        shown = np.flatnonzero(np.bincount(np.concatenate([grid.reshape(-1) for grid in grids]))).tolist()
        rivals = (rival for rival in self.rules(shown) if rival != rule)
        return any(self.fits(rival, train) and not self.fits(rival, test) for rival in rivals)

    def span(self, limits: FamiliesConfig, rule: Rule) -> tuple[int, int]:
        """Shortest and longest side of an input, so that outputs stay within limits too."""
        return limits.sides


def each_side(rng: np.random.Generator, span: tuple[int, int], count: int) -> list[tuple[int, int]]:
    """Sides of the inputs of one task: all alike in half of the tasks, each of its own in the others."""
    if rng.random() < 0.5:
        return [drawn_sides(rng, span)] * count
    return [drawn_sides(rng, span) for _ in range(count)]


def same(found: Grid | None, answer: Grid | None) -> bool:
    """Whether a rule gave this answer."""
    return found is not None and answer is not None and np.array_equal(found, answer)
