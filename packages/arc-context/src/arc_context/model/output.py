"""What the network says of several episodes, and what stands between."""

from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor

from attention_core import AttentionMap


class Anchors(NamedTuple):
    """Places that were chosen one after another."""

    centroids: Float[Tensor, "batch anchors 2"]
    """Expected row and column of each."""
    attention: AttentionMap
    """`[batch, 1, anchors, height · width]`."""
    stop_logits: Float[Tensor, "batch anchors"]
    """That no anchor is needed from this one on; −∞ for the first, which is always there."""
    present: Float[Tensor, "batch anchors"]
    """How much each counts: the probability that neither it nor an earlier one stopped."""
    features: Float[Tensor, "batch anchors dim"]
    """What was found there."""


class RLANOutput(NamedTuple):
    """The answer of every step, and the intermediate results."""

    logits: Float[Tensor, "batch symbols height width"]
    """Of the last step, or of the step at which an episode halted: ten colours, and that the cell is outside."""
    step_logits: tuple[Float[Tensor, "batch symbols height width"], ...]
    canvas: Bool[Tensor, "batch height width"]
    """The cells an answer may have; beyond them nothing is meant."""
    features: Float[Tensor, "batch dim height width"]
    """Of the cells, as the solver gets them."""
    support_features: Float[Tensor, "batch pairs dim height width"] | Float[Tensor, "batch dim"] | None = None
    """Of every support cell, or pooled; None where the support is not looked at."""
    attention: tuple[AttentionMap, ...] = ()
    """Looks at the support cells, `[batch, heads, height · width, pairs · height · width]`: the injector's, which
    the first step begins with, then one for each further step where the solver looks again."""
    anchors: Anchors | None = None
    halting: Float[Tensor, "batch steps"] | None = None
    """How probable it is that an episode halts at each step."""
    registers: Float[Tensor, "batch registers dim"] | None = None
    predicates: Float[Tensor, "batch predicates"] | None = None
