"""From settings to a model that takes gradient steps."""

from typing import TYPE_CHECKING

from torch import nn

from object_persistence.errors import PersistenceError
from object_persistence.model.gru import TrackGRU
from object_persistence.model.transformer import PersistenceTransformer

if TYPE_CHECKING:
    from object_persistence.configuration import ModelConfig

MODELS: dict[str, type[nn.Module]] = {"transformer": PersistenceTransformer, "gru": TrackGRU}


def persistence_model(config: "ModelConfig", channels: int = 1, size: int = 9) -> nn.Module:
    """The untrained model of some settings.

    Args:
        config: which kind, and its sizes.
        channels: of a patch.
        size: side of a patch in pixels.

    Raises:
        PersistenceError: the settings ask for a baseline, which fits itself.
    """
    if config.kind not in MODELS:
        raise PersistenceError(
            f"{config.kind} fits itself: make_baseline({config.kind!r}); expected one of: {', '.join(MODELS)}"
        )
    model = MODELS[config.kind](config, channels, size)
    if config.patches == "random":
        (model.tokenizer.patch if config.kind == "transformer" else model.patch).requires_grad_(False)  # pyright: ignore[reportAttributeAccessIssue, reportCallIssue]
    return model
