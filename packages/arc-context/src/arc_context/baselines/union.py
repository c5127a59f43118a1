"""All rules one after another."""

from dataclasses import dataclass
from typing import ClassVar

from arc_context.baselines.base import Baseline, Ranking
from arc_context.baselines.colours import recolouring
from arc_context.baselines.geometry import exact, named_by, outputs, shaped
from arc_context.baselines.patches import PatchLookup
from arc_context.solving.voting import Vote, attempts
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Task

EACH = 2
"""Answers that a rule may add."""


@dataclass(frozen=True)
class SymbolicUnion(Baseline):
    """Geometry, then colours, then patches: up to two answers of each rule, those of the earlier rule first.

    `solve` attempts the first two; `ranked` has all, which is more than may be attempted.
    """

    name: ClassVar[str] = "symbolic"
    knows: ClassVar[str] = "all that geometry, colour_map and patch_lookup know"

    def ranked(self, task: Task) -> Ranking:
        """The distinct answers of all rules to each test pair."""
        found, wanted = list(shaped(task)), outputs(task)
        rankings = (
            named_by(exact(found, wanted), task),
            named_by(recolouring(found, wanted), task),
            PatchLookup().ranked(task),
        )
        return [joined([votes[:EACH] for votes in each]) for each in zip(*rankings, strict=True)]


def joined(rankings: list[tuple[Vote, ...]]) -> tuple[Vote, ...]:
    """Rankings one after another, each grid where it stands first; weights are the places from the end."""
    grids: dict[tuple[tuple[int, ...], bytes], Grid] = {}
    for ranking in rankings:
        for grid in attempts(ranking, len(ranking)):
            grids.setdefault((grid.shape, grid.tobytes()), grid)
    return tuple(Vote(grid, float(len(grids) - place), 1) for place, grid in enumerate(grids.values()))
