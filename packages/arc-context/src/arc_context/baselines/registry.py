"""Baselines by name."""

from typing import Any

from analysis import foreign, unknown
from arc_context.baselines.base import Baseline
from arc_context.baselines.colours import ColourMap
from arc_context.baselines.copying import Copy
from arc_context.baselines.geometry import GeometrySearch
from arc_context.baselines.patches import PatchLookup
from arc_context.baselines.union import SymbolicUnion
from arc_context.configuration import BASELINE_SETTINGS
from arc_context.errors import ArcError, RequestError

KINDS: tuple[type[Baseline], ...] = (Copy, GeometrySearch, ColourMap, PatchLookup, SymbolicUnion)
BASELINES: dict[str, type[Baseline]] = {kind.name: kind for kind in KINDS}
TAKE_STEPS = {
    "task_cnn": "arc_context.model.task_cnn.TaskCNN",
    "puzzle_embedding": "arc_context.model.puzzle_embedding.PuzzleEmbeddingModel",
}
"""Baselines that need torch and gradient steps."""


def make_baseline(name: str, **settings: Any) -> Baseline:
    """A baseline by name; what is not set has its default.

    Raises:
        RequestError: there is no baseline of that name. ArcError: it has no such setting.
    """
    if name in TAKE_STEPS:
        raise ArcError(f"{name} needs torch and gradient steps: {TAKE_STEPS[name]}")
    if name not in BASELINES:
        raise RequestError(unknown("baseline", name, tuple(BASELINES)))
    if sentence := foreign(settings, name, BASELINE_SETTINGS):
        raise ArcError(sentence)
    return BASELINES[name](**settings)
