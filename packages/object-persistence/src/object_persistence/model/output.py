"""What a model says of the detections of several clips."""

from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor

from attention_core import AttentionMap


class PersistenceOutput(NamedTuple):
    """Persistence and durations of every detection, and where the layers looked; padding is told by the mask."""

    logits: Float[Tensor, "batch tokens"]
    """That the object lasts."""
    duration: Float[Tensor, "batch tokens"]
    """ln(1 + frames) of the object."""
    remaining: Float[Tensor, "batch tokens"]
    """ln(1 + frames) that it has left."""
    attention: tuple[AttentionMap, ...]
    """One map per layer, `[batch, heads, tokens, tokens]`; padding attends nothing and is not attended."""
    mask: Bool[Tensor, "batch tokens"]
    """True where there is a detection."""
    tokens: Float[Tensor, "batch tokens dim"]
    """As the last layer leaves them."""
    queries: tuple[AttentionMap, ...] = ()
    """Of object queries, where there are any: `[batch, heads, queries, tokens]`, then
    `[batch, heads, tokens, queries]`."""
