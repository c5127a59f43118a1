"""From settings to a model that takes gradient steps."""

from typing import TYPE_CHECKING

from torch import nn

from arc_context.errors import ArcError
from arc_context.model.puzzle_embedding import PUZZLES, PuzzleEmbeddingModel
from arc_context.model.rlan import RLAN

if TYPE_CHECKING:
    from arc_context.configuration import ModelConfig


def arc_model(config: "ModelConfig", tasks: int = 0) -> nn.Module:
    """The untrained model of some settings.

    Args:
        config: which kind, and its sizes.
        tasks: how many tasks a model knows that has a learned vector for each.

    Raises:
        ArcError: the settings ask for a baseline, which fits itself.
    """
    if config.kind == "rlan":
        return RLAN(config)
    if config.kind == "puzzle_embedding":
        return PuzzleEmbeddingModel(config, tasks or PUZZLES)
    raise ArcError(
        f"{config.kind} fits itself: make_baseline({config.kind!r}); expected rlan or puzzle_embedding"
    )
