"""Cells that know how they lie about the anchors of their grid."""

from typing import NamedTuple

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from arc_context.model.output import Anchors
from arc_context.model.relative_encoding import MultiScaleRelativeEncoding
from arc_context.model.saliency import DynamicSaliencyController


class Anchored(NamedTuple):
    """Features, and the anchors about which they were encoded."""

    features: Float[Tensor, "batch dim height width"]
    anchors: Anchors


class Anchoring(nn.Module):
    """Choose anchors, and tell every cell how it lies about each.

        y = x + Σ_k present_k relative_k(x)

    Test inputs and support inputs are anchored alike, so that a cell can look up what stands at the same place about
    the anchor of another grid.

    Args:
        dim: channels.
        anchors: how many are chosen.
    """

    def __init__(self, dim: int, anchors: int):
        super().__init__()
        self.saliency = DynamicSaliencyController(dim, anchors)
        self.relative = MultiScaleRelativeEncoding(dim)

    def forward(
        self,
        features: Float[Tensor, "batch dim height width"],
        mask: Bool[Tensor, "batch height width"],
        extent: Int[Tensor, "batch 2"],
    ) -> Anchored:
        """Anchor grids; anchors are chosen among the cells of the mask, and `extent` is height and width of each."""
        anchors = self.saliency(features, mask)
        clues = self.relative(features, anchors, extent)
        return Anchored(features + (anchors.present[..., None, None, None] * clues).sum(1), anchors)
