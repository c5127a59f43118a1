"""One episode seen in several ways, whose answers vote."""

from collections.abc import Callable, Sequence

from arc_context.augmentation import View
from arc_context.solving.voting import Vote, vote
from arc_context.tasks.episodes import Episode
from arc_context.tasks.grid import Grid

Answering = Callable[[Sequence[Episode]], Sequence[tuple[Grid, float]]]
"""Gives an answer to each episode, and how sure it is of it, the more the higher."""


def voted(episode: Episode, answering: Answering, seen: Sequence[View]) -> tuple[Vote, ...]:
    """Answer an episode in every view, turn the answers back, and let each have one vote.

    Of grids with as many votes the one comes first that was named most surely.
    """
    told = answering([view.of_episode(episode) for view in seen])
    found = [(view.invert(grid), sure) for view, (grid, sure) in zip(seen, told, strict=True)]
    return vote((grid, 1.0) for grid, _ in sorted(found, key=lambda each: -each[1]))
