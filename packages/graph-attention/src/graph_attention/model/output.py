"""What a model says of media."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from attention_core import AttentionMap
from graph_attention.layers.flux_split import FluxSplit


class MetabolicOutput(NamedTuple):
    """Growth, fluxes and splits of each medium, and where the layers looked."""

    growth: Float[Tensor, " batch"]
    """In 1/h."""
    flux: Float[Tensor, "batch reactions"]
    """Balanced, in mmol/gDW/h."""
    splits: FluxSplit
    """Over producers and over consumers of each metabolite; maps `[batch, 1, metabolites, reactions]`."""
    attention: tuple[AttentionMap, ...]
    """One map per layer, `[batch, heads, nodes, nodes]`."""
    logits: Float[Tensor, " batch"]
    """That there is any growth."""
    nodes: Float[Tensor, "batch nodes dim"]
    """As the last layer leaves them."""
    proposed: Float[Tensor, "batch reactions"]
    """Fluxes before they are balanced."""
