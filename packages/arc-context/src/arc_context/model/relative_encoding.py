"""Cells as they lie about an anchor."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.attention import cell_places
from arc_context.model.encoders import WAVES
from arc_context.model.output import Anchors
from arc_context.tasks.grid import LARGEST_SIDE

NUMBERS = 2 * 2 * len(WAVES) + 7


def relative_places(
    centroids: Float[Tensor, "batch anchors 2"], extent: Int[Tensor, "batch 2"], height: int, width: int
) -> Float[Tensor, "batch anchors cells numbers"]:
    """Where each cell lies about each centroid: offset, its waves, its share of the grid, log radius, direction.

    δ = p − c,   sin ω δ, cos ω δ,   δ / 30,   δ / size,   ln(1 + |δ|) / ln 31,   δ / (1 + |δ|)
    """
    places = cell_places(height, width, centroids.device).to(centroids.dtype)
    offset = places - centroids.unsqueeze(2)
    radius = offset.square().sum(-1, keepdim=True).add(1e-6).sqrt()
    angles = (offset.unsqueeze(-1) * offset.new_tensor(WAVES)).flatten(-2)
    size = extent.clamp_min(1).to(offset.dtype)[:, None, None]
    far = radius.log1p() / offset.new_tensor(LARGEST_SIDE + 1).log()
    parts = [angles.sin(), angles.cos(), offset / LARGEST_SIDE, offset / size, far, offset / (1 + radius)]
    return torch.cat(parts, -1)


class MultiScaleRelativeEncoding(nn.Module):
    """Features of every cell as it lies about each anchor.

        y_k = W' GELU(norm(W x + W_r r_k + W_v v_k))     [batch, anchors, dim, height, width]

    r_k are the coordinates about anchor k at several scales and v_k what was found there.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.cell, self.found = nn.Linear(dim, dim), nn.Linear(dim, dim, bias=False)
        self.place = nn.Linear(NUMBERS, dim, bias=False)
        self.norm = nn.LayerNorm(dim)
        self.fuse = nn.Linear(dim, dim)

    def forward(
        self,
        features: Float[Tensor, "batch dim height width"],
        anchors: Anchors,
        extent: Int[Tensor, "batch 2"],
    ) -> Float[Tensor, "batch anchors dim height width"]:
        """Encode cells about anchors; `extent` is height and width of each grid."""
        height, width = features.shape[-2:]
        places = self.place(relative_places(anchors.centroids, extent, height, width))
        cells = self.cell(features.flatten(2).mT).unsqueeze(1) + self.found(anchors.features).unsqueeze(2)
        clues = self.fuse(F.gelu(self.norm(cells + places)))
        return clues.mT.unflatten(-1, (height, width))
